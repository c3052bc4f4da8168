"""A ConvNeXt V2 block as Triton kernels; imported only where there is a GPU and Triton.

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
def depthwise_norm(  # noqa: C901 (a kernel inlines its loops)
    x, weight, bias, y, H, W, C, eps,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr, BLOCK_C: tl.constexpr,
):  # fmt: skip
    """y = normalise over channels (7x7 depthwise convolution of x + bias), without factor and summand.

    One program: ROWS x COLUMNS pixels, all channels. Each loaded row serves every output row that needs it.
    weight (7 columns, 7 rows, C) of x's type.
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
    everywhere = tl.zeros((COLUMNS, BLOCK_C), tl.int32) + channel[None, :]  # weights as maps: no thread asks another
    inside_w = everywhere < C
    zero = tl.load(bias + everywhere, mask=inside_w, other=0.0).to(tl.float32)
    sum0, sum1, sum2, sum3 = zero, zero, zero, zero
    for kx in range(7):
        source_column = left + column + kx - 3
        inside = ((source_column >= 0) & (source_column < W))[:, None] & inside_c[None, :]
        w = weight + kx * 7 * C + everywhere
        w0 = tl.load(w, mask=inside_w, other=0.0).to(tl.float32)
        w1 = tl.load(w + C, mask=inside_w, other=0.0).to(tl.float32)
        w2 = tl.load(w + 2 * C, mask=inside_w, other=0.0).to(tl.float32)
        w3 = tl.load(w + 3 * C, mask=inside_w, other=0.0).to(tl.float32)
        w4 = tl.load(w + 4 * C, mask=inside_w, other=0.0).to(tl.float32)
        w5 = tl.load(w + 5 * C, mask=inside_w, other=0.0).to(tl.float32)
        w6 = tl.load(w + 6 * C, mask=inside_w, other=0.0).to(tl.float32)
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
    BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr, IS_EVEN: tl.constexpr,
):  # fmt: skip
    """y = gelu(x W^T + bias), and the sum of y^2 over each block of pixels of one image.

    IS_EVEN: every block of pixels is full.

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
    result = _gelu(total)
    wanted = (m < pixels)[:, None] & (n < C_OUT)[None, :]
    at = y + image * pixels * C_OUT + m[:, None] * C_OUT + n[None, :]
    tl.store(at, result.to(y.dtype.element_ty), mask=wanted)
    if not IS_EVEN:
        result = tl.where((m < pixels)[:, None], result, 0.0)
    tl.store(squares + (image * blocks + block) * C_OUT + n, tl.sum(result * result, axis=0), mask=n < C_OUT)


@triton.jit
def _response(squares, gamma, image, blocks, K, eps, BLOCK_K: tl.constexpr):
    """GRN's factors of the channels of an image: 1 + gamma * norm / (mean of the norms + eps)."""
    k = tl.arange(0, BLOCK_K)
    row = tl.arange(0, 4)
    total = tl.zeros((BLOCK_K,), tl.float32)
    for first in range(0, blocks, 4):
        block = first + row
        at = (image * blocks + block)[:, None] * K + k[None, :]
        part = tl.load(squares + at, mask=(block < blocks)[:, None] & (k < K)[None, :], other=0.0)
        total += tl.sum(part, axis=0)
    norm = tl.sqrt(total)
    mean = tl.sum(norm, axis=0) / K
    return 1.0 + tl.load(gamma + k, mask=k < K, other=0.0).to(tl.float32) * (norm / (mean + eps))


@triton.jit
def response_weights(
    squares, gamma, weight, scaled, blocks, K, C_OUT, eps, ROWS: tl.constexpr, BLOCK_K: tl.constexpr
):  # fmt: skip
    """scaled (N, C_OUT, K) = weight (C_OUT, K) times GRN's factors of each image; for large maps."""
    parts = tl.cdiv(C_OUT, ROWS)
    pid = tl.program_id(0)
    image = (pid // parts).to(tl.int64)
    factor = _response(squares, gamma, image, blocks, K, eps, BLOCK_K)
    k = tl.arange(0, BLOCK_K)
    row = pid % parts * ROWS + tl.arange(0, ROWS)
    wanted = (row < C_OUT)[:, None] & (k < K)[None, :]
    at = row[:, None] * K + k[None, :]
    value = tl.load(weight + at, mask=wanted, other=0.0).to(tl.float32) * factor[None, :]
    tl.store(scaled + image * C_OUT * K + at, value.to(scaled.dtype.element_ty), mask=wanted)


@triton.jit
def project_add(
    x, weight, bias, residual, y, pixels, K, C_OUT,
    BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr,
):  # fmt: skip
    """y = residual + x W^T + bias; weight (N, C_OUT, K), one matrix an image."""
    columns = tl.cdiv(C_OUT, BLOCK_N)
    blocks = tl.cdiv(pixels, BLOCK_M)
    pid = tl.program_id(0)
    n = (pid % columns) * BLOCK_N + tl.arange(0, BLOCK_N)
    block = (pid // columns) % blocks
    image = (pid // (columns * blocks)).to(tl.int64)
    m = block * BLOCK_M + tl.arange(0, BLOCK_M)
    k = tl.arange(0, BLOCK_K)
    a = x + image * pixels * K + m[:, None] * K + k[None, :]
    b = weight + image * C_OUT * K + n[None, :] * K + k[:, None]
    total = tl.zeros((BLOCK_M, BLOCK_N), tl.float32)
    for first in range(0, K, BLOCK_K):
        left = tl.load(a + first, mask=(m < pixels)[:, None] & (first + k < K)[None, :], other=0.0)
        right = tl.load(b + first, mask=(n < C_OUT)[None, :] & (first + k < K)[:, None], other=0.0)
        total = tl.dot(left, right, total)
    total += tl.load(bias + n, mask=n < C_OUT, other=0.0).to(tl.float32)[None, :]
    at = image * pixels * C_OUT + m[:, None] * C_OUT + n[None, :]
    wanted = (m < pixels)[:, None] & (n < C_OUT)[None, :]
    total += tl.load(residual + at, mask=wanted, other=0.0).to(tl.float32)
    tl.store(y + at, total.to(y.dtype.element_ty), mask=wanted)


@triton.jit
def respond(
    squares, gamma, x, residual, bias, sums, blocks, pixels, K, C, eps,
    BLOCK_M: tl.constexpr, BLOCK_K: tl.constexpr, BLOCK_C: tl.constexpr,
):  # fmt: skip
    """x times GRN's factors in place, and sums = residual + bias.

    For small maps, whose product a library does faster: x (N, pixels, K), residual and sums (N, pixels, C).
    """
    parts = tl.cdiv(pixels, BLOCK_M)
    pid = tl.program_id(0)
    image = (pid // parts).to(tl.int64)
    factor = _response(squares, gamma, image, blocks, K, eps, BLOCK_K)
    m = pid % parts * BLOCK_M + tl.arange(0, BLOCK_M)
    k = tl.arange(0, BLOCK_K)
    wanted = (m < pixels)[:, None] & (k < K)[None, :]
    at = x + image * pixels * K + m[:, None] * K + k[None, :]
    value = tl.load(at, mask=wanted, other=0.0).to(tl.float32) * factor[None, :]
    tl.store(at, value.to(x.dtype.element_ty), mask=wanted)
    channel = tl.arange(0, BLOCK_C)
    wanted = (m < pixels)[:, None] & (channel < C)[None, :]
    place = image * pixels * C + m[:, None] * C + channel[None, :]
    value = tl.load(residual + place, mask=wanted, other=0.0).to(tl.float32)
    value += tl.load(bias + channel, mask=channel < C, other=0.0).to(tl.float32)[None, :]
    tl.store(sums + place, value.to(sums.dtype.element_ty), mask=wanted)
