"""The peer's side of bench/visualize.ts: a class drawn as Lucent draws it, in PyTorch.

Reads as JSON on stdin: {"nodes", "input", "output"} of the network as bench/torch.ts writes graphs, "steps", "processor". Weights are random:
times do not depend on them. Fourier coefficients scaled by 1 / f, decorrelated colours, sigmoid; padded by 12, moved, scaled, turned and
moved as Lucid's standard has it; Adam at 0.05. Prints {"seconds": of all steps, after some that do not count}. Both memory layouts are timed
and the quicker one is reported.
"""
import json
import math
import random
import sys
import time

import torch
import torch.nn.functional as F

given = json.loads(sys.stdin.readline())
if given["processor"]:
    torch.set_num_threads(1)
clock = time.process_time if given["processor"] else time.perf_counter
sys.argv = sys.argv[:1]
sys.stdin = open("/dev/null")
from torch_gradient import OPS  # noqa: E402  its own loop reads no more lines

SIZE = given["input"][-1]
COLOURS = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.0, -0.05], [0.27, -0.09, 0.03]]) / 0.461952378


def fourier_image():
    rows = torch.fft.fftfreq(SIZE)[:, None]
    columns = torch.fft.rfftfreq(SIZE)[None, :]
    f = torch.sqrt(rows**2 + columns**2)
    scale = SIZE / torch.clamp(f, min=1 / SIZE)
    coefficients = (0.01 * torch.randn(1, 3, *f.shape, 2)).requires_grad_(True)

    def picture():
        waves = torch.view_as_complex(coefficients * scale[..., None])
        plain = torch.fft.irfft2(waves, s=(SIZE, SIZE)) / 4
        coloured = torch.einsum("nchw,dc->ndhw", plain, COLOURS)
        return torch.sigmoid(coloured)

    return coefficients, picture


def jittered(x, pixels):
    top, left = random.randint(0, pixels), random.randint(0, pixels)
    return x[:, :, top : x.shape[2] - pixels + top, left : x.shape[3] - pixels + left]


def transformed(x):
    x = F.pad(x, [12] * 4, value=0.5)
    x = jittered(x, 8)
    x = F.interpolate(x, scale_factor=1 + (random.randint(0, 10) - 5) / 50, mode="bilinear", align_corners=False, recompute_scale_factor=True)
    angle = math.radians(random.choice([*range(-10, 11), 0, 0, 0, 0, 0]))
    theta = torch.tensor([[[math.cos(angle), math.sin(angle), 0], [-math.sin(angle), math.cos(angle), 0]]])
    x = F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False), align_corners=False)
    x = jittered(x, 4)
    return F.interpolate(x, size=(SIZE, SIZE), mode="bilinear", align_corners=False)


def network(channels_last):
    layout = torch.channels_last if channels_last else torch.contiguous_format
    as_layout = lambda t: t.contiguous(memory_format=layout) if t.dim() == 4 else t
    fixed = {n["id"]: as_layout(0.05 * torch.randn(n["shape"])) for n in given["nodes"] if n["op"] == "constant"}
    live = []
    for node in given["nodes"]:
        if node["op"] in ("input", "constant"):
            continue
        if all(i in fixed for i in node["inputs"]):
            fixed[node["id"]] = OPS[node["op"]](node, *(fixed[i] for i in node["inputs"]))
        else:
            live.append(node)
    source = next(n["id"] for n in given["nodes"] if n["op"] == "input")

    def score(x):
        values = {**fixed, source: as_layout(x)}
        for node in live:
            values[node["id"]] = OPS[node["op"]](node, *(values[i] for i in node["inputs"]))
        return values[given["output"]].reshape(-1)[0]

    return score


def draw(score, steps):
    coefficients, picture = fourier_image()
    adam = torch.optim.Adam([coefficients], lr=0.05)
    start = clock()
    for _ in range(steps):
        adam.zero_grad()
        (-score(transformed(picture()))).backward()
        adam.step()
    return clock() - start


torch.manual_seed(0)
random.seed(0)
seconds = []
for layout in (False, True):
    score = network(layout)
    draw(score, 4)
    seconds.append(draw(score, given["steps"]))
print(json.dumps({"seconds": min(seconds)}), flush=True)
