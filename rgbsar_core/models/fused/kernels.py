"""The fused steps as Triton kernels; imported only where there is a GPU and Triton.

Maps are (N, H, W, C) in memory, bfloat16 or float16; sums are float32. A program owns what it writes, and partial
sums go to places of their own: the same input gives the same bytes.
"""

from __future__ import annotations

import triton
import triton.language as tl

_LIMIT = tl.constexpr(4.25)


@triton.jit
def _gelu(x):
    """x Phi(x); Phi(x) - 1/2 as an odd polynomial fitted on -4.25..4.25, off by less than 4e-5 x everywhere."""
    inside = tl.minimum(tl.maximum(x, -_LIMIT), _LIMIT)
    q = inside * inside
    p = 4.546945396804118e-11 * q - 4.5152086281603926e-09
    p = p * q + 1.9861296170341345e-07
    p = p * q - 5.1474655125774525e-06
    p = p * q + 8.848868209235928e-05
    p = p * q - 0.001079075455289
    p = p * q + 0.009718771178686407
    p = p * q - 0.06619026996681378
    p = p * q + 0.3988192135352961
    return x * (0.5 + inside * p)


@triton.jit
def depthwise_norm(
    x, weight, bias, y, H, W, C, eps,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr, BLOCK_C: tl.constexpr,
):  # fmt: skip
    """y = normalise over channels (7x7 depthwise convolution of x + bias), without factor and summand.

    One program: ROWS x COLUMNS pixels, all channels. Each loaded row serves every output row that needs it.
    weight (7 columns, 7 rows, C) float32.
    """
    tiles_x = tl.cdiv(W, COLUMNS)
    tiles_y = tl.cdiv(H, ROWS)
    pid = tl.program_id(0)
    left = (pid % tiles_x) * COLUMNS
    top = (pid // tiles_x) % tiles_y * ROWS
    image = (pid // (tiles_x * tiles_y)).to(tl.int64) * H * W * C
    channel = tl.arange(0, BLOCK_C)
    inside_c = channel < C
    column = tl.arange(0, COLUMNS)
    zero = tl.load(bias + channel, mask=inside_c, other=0.0)[None, :] + tl.zeros((COLUMNS, BLOCK_C), tl.float32)
    sum0, sum1, sum2, sum3 = zero, zero, zero, zero
    for kx in range(7):
        source_column = left + column + kx - 3
        inside = ((source_column >= 0) & (source_column < W))[:, None] & inside_c[None, :]
        w = weight + kx * 7 * C + channel
        w0 = tl.load(w, mask=inside_c, other=0.0)[None, :]
        w1 = tl.load(w + C, mask=inside_c, other=0.0)[None, :]
        w2 = tl.load(w + 2 * C, mask=inside_c, other=0.0)[None, :]
        w3 = tl.load(w + 3 * C, mask=inside_c, other=0.0)[None, :]
        w4 = tl.load(w + 4 * C, mask=inside_c, other=0.0)[None, :]
        w5 = tl.load(w + 5 * C, mask=inside_c, other=0.0)[None, :]
        w6 = tl.load(w + 6 * C, mask=inside_c, other=0.0)[None, :]
        for step in tl.static_range(ROWS + 6):
            row = top + step - 3
            at = x + image + (row * W + source_column)[:, None] * C + channel[None, :]
            value = tl.load(at, mask=inside & (row >= 0) & (row < H), other=0.0).to(tl.float32)
            for out in tl.static_range(ROWS):
                if step - out >= 0 and step - out < 7:
                    if step - out == 0:
                        w_row = w0
                    elif step - out == 1:
                        w_row = w1
                    elif step - out == 2:
                        w_row = w2
                    elif step - out == 3:
                        w_row = w3
                    elif step - out == 4:
                        w_row = w4
                    elif step - out == 5:
                        w_row = w5
                    else:
                        w_row = w6
                    if out == 0:
                        sum0 = sum0 + value * w_row
                    elif out == 1:
                        sum1 = sum1 + value * w_row
                    elif out == 2:
                        sum2 = sum2 + value * w_row
                    else:
                        sum3 = sum3 + value * w_row
    for out in tl.static_range(ROWS):
        if out == 0:
            total = sum0
        elif out == 1:
            total = sum1
        elif out == 2:
            total = sum2
        else:
            total = sum3
        mean = tl.sum(total, axis=1) / C
        centred = tl.where(inside_c[None, :], total - mean[:, None], 0.0)
        variance = tl.sum(centred * centred, axis=1) / C
        result = centred * (1.0 / tl.sqrt(variance + eps))[:, None]
        row = top + out
        at = y + image + (row * W + left + column)[:, None] * C + channel[None, :]
        wanted = ((left + column) < W)[:, None] & inside_c[None, :] & (row < H)
        tl.store(at, result.to(y.dtype.element_ty), mask=wanted)


@triton.jit
def expand_gelu(
    x, weight, bias, y, squares, pixels, K, C_OUT,
    BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr,
):  # fmt: skip
    """y = gelu(x W^T + bias), and the sum of y^2 over each block of pixels of one image.

    x (N, pixels, K), weight (C_OUT, K), y (N, pixels, C_OUT), squares (N, blocks, C_OUT) float32.
    """
    columns = tl.cdiv(C_OUT, BLOCK_N)
    blocks = tl.cdiv(pixels, BLOCK_M)
    pid = tl.program_id(0)
    n = (pid % columns) * BLOCK_N + tl.arange(0, BLOCK_N)
    block = (pid // columns) % blocks
    image = (pid // (columns * blocks)).to(tl.int64)
    m = block * BLOCK_M + tl.arange(0, BLOCK_M)
    k = tl.arange(0, BLOCK_K)
    a = x + image * pixels * K + m[:, None] * K + k[None, :]
    b = weight + n[None, :] * K + k[:, None]
    total = tl.zeros((BLOCK_M, BLOCK_N), tl.float32)
    for first in range(0, K, BLOCK_K):
        left = tl.load(a + first, mask=(m < pixels)[:, None] & (first + k < K)[None, :], other=0.0)
        right = tl.load(b + first, mask=(n < C_OUT)[None, :] & (first + k < K)[:, None], other=0.0)
        total = tl.dot(left, right, total)
    total += tl.load(bias + n, mask=n < C_OUT, other=0.0).to(tl.float32)[None, :]
    result = _gelu(total).to(y.dtype.element_ty)
    wanted = (m < pixels)[:, None] & (n < C_OUT)[None, :]
    tl.store(y + image * pixels * C_OUT + m[:, None] * C_OUT + n[None, :], result, mask=wanted)
    precise = tl.where((m < pixels)[:, None], result.to(tl.float32), 0.0)
    tl.store(squares + (image * blocks + block) * C_OUT + n, tl.sum(precise * precise, axis=0), mask=n < C_OUT)


@triton.jit
def response_scale(squares, gamma, scale, blocks, C, eps, BLOCK_C: tl.constexpr):
    """GRN's factor of each channel of an image: 1 + gamma * norm / (mean of the norms + eps)."""
    image = tl.program_id(0)
    channel = tl.arange(0, BLOCK_C)
    inside = channel < C
    total = tl.zeros((BLOCK_C,), tl.float32)
    for block in range(blocks):
        total += tl.load(squares + (image * blocks + block) * C + channel, mask=inside, other=0.0)
    norm = tl.sqrt(total)
    mean = tl.sum(norm, axis=0) / C
    factor = tl.load(gamma + channel, mask=inside, other=0.0).to(tl.float32)
    result = 1.0 + factor * (norm / (mean + eps))
    tl.store(scale + image * C + channel, result.to(scale.dtype.element_ty), mask=inside)


@triton.jit
def project_add(
    x, scale, weight, bias, residual, y, pixels, K, C_OUT,
    BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr,
):  # fmt: skip
    """y = residual + (x scale) W^T + bias; scale (N, K), one factor a channel and image."""
    columns = tl.cdiv(C_OUT, BLOCK_N)
    blocks = tl.cdiv(pixels, BLOCK_M)
    pid = tl.program_id(0)
    n = (pid % columns) * BLOCK_N + tl.arange(0, BLOCK_N)
    block = (pid // columns) % blocks
    image = (pid // (columns * blocks)).to(tl.int64)
    m = block * BLOCK_M + tl.arange(0, BLOCK_M)
    k = tl.arange(0, BLOCK_K)
    a = x + image * pixels * K + m[:, None] * K + k[None, :]
    b = weight + n[None, :] * K + k[:, None]
    total = tl.zeros((BLOCK_M, BLOCK_N), tl.float32)
    for first in range(0, K, BLOCK_K):
        factor = tl.load(scale + image * K + first + k, mask=first + k < K, other=0.0)
        left = tl.load(a + first, mask=(m < pixels)[:, None] & (first + k < K)[None, :], other=0.0)
        right = tl.load(b + first, mask=(n < C_OUT)[None, :] & (first + k < K)[:, None], other=0.0)
        total = tl.dot((left * factor[None, :]).to(left.dtype), right, total)
    total += tl.load(bias + n, mask=n < C_OUT, other=0.0).to(tl.float32)[None, :]
    at = image * pixels * C_OUT + m[:, None] * C_OUT + n[None, :]
    wanted = (m < pixels)[:, None] & (n < C_OUT)[None, :]
    total += tl.load(residual + at, mask=wanted, other=0.0).to(tl.float32)
    tl.store(y + at, total.to(y.dtype.element_ty), mask=wanted)


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
