"""Normalisations and ASANet's joints as Triton kernels; imported only where there is a GPU and Triton.

Maps are (N, H, W, C) in memory, bfloat16 or float16; sums are float32, and a program owns what it writes.
"""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def patch_norm(x, y, H, W, C, eps, BLOCK_M: tl.constexpr, BLOCK_C: tl.constexpr):
    """y = LayerNorm over channels of x (N, H, W, C), without factor and summand, as (N, H // 2, W // 2, 2, 2, C)."""
    pixels = H * W
    blocks = tl.cdiv(pixels, BLOCK_M)
    pid = tl.program_id(0)
    image = (pid // blocks).to(tl.int64)
    m = pid % blocks * BLOCK_M + tl.arange(0, BLOCK_M)
    channel = tl.arange(0, BLOCK_C)
    row, column = m // W, m % W
    wanted = ((row < H // 2 * 2) & (column < W // 2 * 2))[:, None] & (channel < C)[None, :]
    at = image * pixels * C + m[:, None] * C + channel[None, :]
    value = tl.load(x + at, mask=wanted, other=0.0).to(tl.float32)
    mean = tl.sum(value, axis=1) / C
    centred = tl.where(wanted, value - mean[:, None], 0.0)
    variance = tl.sum(centred * centred, axis=1) / C
    result = centred * (1.0 / tl.sqrt(variance + eps))[:, None]
    patch = (image * (H // 2) + row // 2) * (W // 2) + column // 2
    place = (patch * 4 + row % 2 * 2 + column % 2)[:, None] * C + channel[None, :]
    tl.store(y + place, result.to(y.dtype.element_ty), mask=wanted)


@triton.jit
def scale_norm(
    x, scale, weight, bias, y, sums, pixels, C, eps,
    HAS_SCALE: tl.constexpr, HAS_SUMS: tl.constexpr, BLOCK_M: tl.constexpr, BLOCK_C: tl.constexpr,
):  # fmt: skip
    """y = LayerNorm over channels (x scale), and the sum of y over each block of pixels of an image."""
    blocks = tl.cdiv(pixels, BLOCK_M)
    pid = tl.program_id(0)
    block = pid % blocks
    image = (pid // blocks).to(tl.int64)
    m = block * BLOCK_M + tl.arange(0, BLOCK_M)
    channel = tl.arange(0, BLOCK_C)
    inside = channel < C
    at = image * pixels * C + m[:, None] * C + channel[None, :]
    wanted = (m < pixels)[:, None] & inside[None, :]
    value = tl.load(x + at, mask=wanted, other=0.0).to(tl.float32)
    if HAS_SCALE:
        value *= tl.load(scale + image * C + channel, mask=inside, other=0.0).to(tl.float32)[None, :]
    mean = tl.sum(value, axis=1) / C
    centred = tl.where(wanted, value - mean[:, None], 0.0)
    variance = tl.sum(centred * centred, axis=1) / C
    factor = tl.load(weight + channel, mask=inside, other=0.0).to(tl.float32)
    summand = tl.load(bias + channel, mask=inside, other=0.0).to(tl.float32)
    result = centred * (1.0 / tl.sqrt(variance + eps))[:, None] * factor[None, :] + summand[None, :]
    tl.store(y + at, result.to(y.dtype.element_ty), mask=wanted)
    if HAS_SUMS:
        total = tl.sum(tl.where(wanted, result, 0.0), axis=0)
        tl.store(sums + (image * blocks + block) * C + channel, total, mask=inside)


@triton.jit
def lead_extremes(optical, sar, highest, lowest, pixels, C, BLOCK_M: tl.constexpr, BLOCK_C: tl.constexpr):
    """Largest and smallest optical - sar of each channel over each block of pixels of an image."""
    blocks = tl.cdiv(pixels, BLOCK_M)
    pid = tl.program_id(0)
    block = pid % blocks
    image = (pid // blocks).to(tl.int64)
    channel = tl.arange(0, BLOCK_C)
    inside = channel < C
    m = block * BLOCK_M + tl.arange(0, BLOCK_M)
    at = image * pixels * C + tl.minimum(m, pixels - 1)[:, None] * C + channel[None, :]
    left = tl.load(optical + at, mask=inside[None, :], other=0.0)
    right = tl.load(sar + at, mask=inside[None, :], other=0.0)
    difference = left.to(tl.float32) - right.to(tl.float32)
    place = (image * blocks + block) * C + channel
    tl.store(highest + place, tl.max(difference, axis=0), mask=inside)
    tl.store(lowest + place, tl.min(difference, axis=0), mask=inside)


@triton.jit
def gate_pair(optical, sar, gates, pair, images, pixels, C, BLOCK_M: tl.constexpr, BLOCK_C: tl.constexpr):
    """pair (N, pixels, 2C) = the two maps, gated, side by side; gates (2, N, C)."""
    blocks = tl.cdiv(pixels, BLOCK_M)
    pid = tl.program_id(0)
    image = (pid // blocks).to(tl.int64)
    m = pid % blocks * BLOCK_M + tl.arange(0, BLOCK_M)
    channel = tl.arange(0, BLOCK_C)
    inside = channel < C
    wanted = (m < pixels)[:, None] & inside[None, :]
    source = image * pixels * C + m[:, None] * C + channel[None, :]
    target = image * pixels * 2 * C + m[:, None] * 2 * C + channel[None, :]
    gate = tl.load(gates + image * C + channel, mask=inside, other=0.0).to(tl.float32)
    value = tl.load(optical + source, mask=wanted, other=0.0).to(tl.float32) * gate[None, :]
    tl.store(pair + target, value.to(pair.dtype.element_ty), mask=wanted)
    gate = tl.load(gates + (images + image) * C + channel, mask=inside, other=0.0).to(tl.float32)
    value = tl.load(sar + source, mask=wanted, other=0.0).to(tl.float32) * gate[None, :]
    tl.store(pair + target + C, value.to(pair.dtype.element_ty), mask=wanted)


@triton.jit
def select_sum(pair, logits, y, pixels, C, BLOCK_M: tl.constexpr, BLOCK_C: tl.constexpr):
    """y = sum over both halves of pair times the softmax over channels of the half's logits."""
    m = tl.program_id(0).to(tl.int64) * BLOCK_M + tl.arange(0, BLOCK_M)
    channel = tl.arange(0, BLOCK_C)
    wanted = (m < pixels)[:, None] & (channel < C)[None, :]
    source = m[:, None] * 2 * C + channel[None, :]
    total = tl.zeros((BLOCK_M, BLOCK_C), tl.float32)
    for half in tl.static_range(2):
        score = tl.load(logits + source + half * C, mask=wanted, other=-float("inf")).to(tl.float32)
        score = tl.where((m < pixels)[:, None], score, 0.0)
        power = tl.exp(score - tl.max(score, axis=1)[:, None])
        share = power / tl.sum(power, axis=1)[:, None]
        total += share * tl.load(pair + source + half * C, mask=wanted, other=0.0).to(tl.float32)
    tl.store(y + m[:, None] * C + channel[None, :], total.to(y.dtype.element_ty), mask=wanted)
