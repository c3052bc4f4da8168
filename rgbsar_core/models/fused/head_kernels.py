"""UPerNet's head as Triton kernels; imported only where there is a GPU and Triton.

Maps are (N, H, W, C) in memory, bfloat16 or float16; sums are float32, and a program owns what it writes.
"""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def _source(target, size, enlarged):
    """The two pixels of an axis that make up an enlarged pixel, and the second one's share; edges aligned."""
    place = tl.maximum((target.to(tl.float32) + 0.5) * (size.to(tl.float32) / enlarged.to(tl.float32)) - 0.5, 0.0)
    first = tl.minimum(place.to(tl.int32), size - 1)
    return first, tl.minimum(first + 1, size - 1), place - first.to(tl.float32)


@triton.jit
def add_enlarged(fine, coarse, y, H, W, h, w, C, BLOCK_M: tl.constexpr, BLOCK_C: tl.constexpr):
    """y = relu(fine) + coarse enlarged bilinearly; one program: BLOCK_M columns of a row."""
    blocks = tl.cdiv(W, BLOCK_M)
    pid = tl.program_id(0)
    row = pid // blocks % H
    image = (pid // (blocks * H)).to(tl.int64)
    column = pid % blocks * BLOCK_M + tl.arange(0, BLOCK_M)
    channel = tl.arange(0, BLOCK_C)
    wanted = (column < W)[:, None] & (channel < C)[None, :]
    top, bottom, down = _source(row, tl.zeros((), tl.int32) + h, tl.zeros((), tl.int32) + H)
    left, right, across = _source(column, tl.zeros((), tl.int32) + w, tl.zeros((), tl.int32) + W)
    upper = coarse + (image * h + top) * w * C + channel[None, :]
    lower = coarse + (image * h + bottom) * w * C + channel[None, :]
    across = across[:, None]
    a = tl.load(upper + left[:, None] * C, mask=wanted, other=0.0).to(tl.float32)
    b = tl.load(upper + right[:, None] * C, mask=wanted, other=0.0).to(tl.float32)
    c = tl.load(lower + left[:, None] * C, mask=wanted, other=0.0).to(tl.float32)
    d = tl.load(lower + right[:, None] * C, mask=wanted, other=0.0).to(tl.float32)
    enlarged = (a + across * (b - a)) * (1.0 - down) + (c + across * (d - c)) * down
    at = ((image * H + row) * W + column[:, None]) * C + channel[None, :]
    value = tl.maximum(tl.load(fine + at, mask=wanted, other=0.0).to(tl.float32), 0.0) + enlarged
    tl.store(y + at, value.to(y.dtype.element_ty), mask=wanted)


@triton.jit
def bias_relu(x, bias, pixels, C, BLOCK_M: tl.constexpr, BLOCK_C: tl.constexpr):
    """x = relu(x + bias), in place."""
    m = tl.program_id(0).to(tl.int64) * BLOCK_M + tl.arange(0, BLOCK_M)
    channel = tl.arange(0, BLOCK_C)
    wanted = (m < pixels)[:, None] & (channel < C)[None, :]
    at = x + m[:, None] * C + channel[None, :]
    value = tl.load(at, mask=wanted, other=0.0).to(tl.float32)
    value += tl.load(bias + channel, mask=channel < C, other=0.0).to(tl.float32)[None, :]
    tl.store(at, tl.maximum(value, 0.0).to(x.dtype.element_ty), mask=wanted)


@triton.jit
def spread_columns(
    taps, matrix, rows, h, w, W, C, first, total_rows,
    BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr,
):  # fmt: skip
    """rows[:, first + 3 r + i] = matrix (W, 3 w) @ taps[:, r, :, i]: the columns' part of enlarging a level.

    taps (N, h, 3 w, 3, C), rows (N, total_rows, W, C).
    """
    columns = tl.cdiv(C, BLOCK_N)
    blocks = tl.cdiv(W, BLOCK_M)
    pid = tl.program_id(0)
    n = pid % columns * BLOCK_N + tl.arange(0, BLOCK_N)
    m = pid // columns % blocks * BLOCK_M + tl.arange(0, BLOCK_M)
    line = pid // (columns * blocks)  # (image, r, i)
    image = (line // (3 * h)).to(tl.int64)
    inner = line % (3 * h)
    k = tl.arange(0, BLOCK_K)
    depth = 3 * w
    source = taps + (image * h + inner // 3) * depth * 3 * C + inner % 3 * C
    total = tl.zeros((BLOCK_M, BLOCK_N), tl.float32)
    for start in range(0, depth, BLOCK_K):
        inside = start + k < depth
        left = tl.load(
            matrix + m[:, None] * depth + (start + k)[None, :], mask=(m < W)[:, None] & inside[None, :], other=0.0
        )
        right = tl.load(
            source + (start + k)[:, None] * 3 * C + n[None, :], mask=inside[:, None] & (n < C)[None, :], other=0.0
        )
        total = tl.dot(left, right, total)
    target = ((image * total_rows + first + inner) * W + m[:, None]) * C + n[None, :]
    tl.store(rows + target, total.to(rows.dtype.element_ty), mask=(m < W)[:, None] & (n < C)[None, :])


@triton.jit
def classify(
    finest, coarse, bias, weight, class_bias, logits, pixels, C, K,
    BLOCK_M: tl.constexpr, BLOCK_C: tl.constexpr, BLOCK_K: tl.constexpr,
):  # fmt: skip
    """logits (pixels, K) float32 = weight (K, C) relu(finest + coarse + bias) + class_bias; BLOCK_K classes each."""
    m = tl.program_id(0).to(tl.int64) * BLOCK_M + tl.arange(0, BLOCK_M)
    channel = tl.arange(0, BLOCK_C)
    k = tl.program_id(1) * BLOCK_K + tl.arange(0, BLOCK_K)
    wanted = (m < pixels)[:, None] & (channel < C)[None, :]
    at = m[:, None] * C + channel[None, :]
    value = tl.load(finest + at, mask=wanted, other=0.0).to(tl.float32)
    value += tl.load(coarse + at, mask=wanted, other=0.0).to(tl.float32)
    value += tl.load(bias + channel, mask=channel < C, other=0.0).to(tl.float32)[None, :]
    value = tl.maximum(value, 0.0).to(finest.dtype.element_ty)
    right = tl.load(
        weight + k[None, :] * C + channel[:, None], mask=(k < K)[None, :] & (channel < C)[:, None], other=0.0
    )
    total = tl.dot(value, right) + tl.load(class_bias + k, mask=k < K, other=0.0).to(tl.float32)[None, :]
    tl.store(logits + m[:, None] * K + k[None, :], total, mask=(m < pixels)[:, None] & (k < K)[None, :])


@triton.jit
def enlarge_logits(logits, y, h, w, H, W, K, BLOCK: tl.constexpr):
    """y (N, K, H, W) = logits (N, h, w, K) enlarged bilinearly, float32."""
    blocks = tl.cdiv(W, BLOCK)
    pid = tl.program_id(0)
    row = pid // blocks % H
    image = (pid // (blocks * H)).to(tl.int64)
    column = pid % blocks * BLOCK + tl.arange(0, BLOCK)
    wanted = column < W
    top, bottom, down = _source(row, tl.zeros((), tl.int32) + h, tl.zeros((), tl.int32) + H)
    left, right, across = _source(column, tl.zeros((), tl.int32) + w, tl.zeros((), tl.int32) + W)
    upper = logits + (image * h + top) * w * K
    lower = logits + (image * h + bottom) * w * K
    for k in range(K):
        a = tl.load(upper + left * K + k, mask=wanted, other=0.0)
        b = tl.load(upper + right * K + k, mask=wanted, other=0.0)
        c = tl.load(lower + left * K + k, mask=wanted, other=0.0)
        d = tl.load(lower + right * K + k, mask=wanted, other=0.0)
        value = (a + across * (b - a)) * (1.0 - down) + (c + across * (d - c)) * down
        tl.store(y + ((image * K + k) * H + row) * W + column, value, mask=wanted)
