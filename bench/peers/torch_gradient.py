"""The peer's side of `npm run bench`: the same graphs in PyTorch, forward and forward + input gradient.

Reads JSON lines {"nodes": [...], "input": shape, "output": id} on stdin, prints {"forward": ms, "gradient": ms} each.
Weights are random: times do not depend on them. Both memory layouts are timed and the quicker one is reported.
With --processor: processor time in one thread, which a busy machine leaves alone.
"""
import json
import statistics
import sys
import time

import torch
import torch.nn.functional as F


def pair(pads):
    half = len(pads) // 2
    return pads[:half], pads[half:]


def conv(node, x, w, b=None):
    begin, end = pair(node["pads"])
    if begin != end:
        x = F.pad(x, [v for i in reversed(range(len(begin))) for v in (begin[i], end[i])])
        begin = [0] * len(begin)
    return F.conv2d(x, w, b, node["strides"], begin, node["dilations"], node["group"])


def max_pool(node, x):
    begin, end = pair(node["pads"])
    if begin != end:
        x = F.pad(x, [v for i in reversed(range(len(begin))) for v in (begin[i], end[i])], value=-1e30)
        begin = [0] * len(begin)
    return F.max_pool2d(x, node["kernel"], node["strides"], begin, node["dilations"], node["ceilMode"])


def pad(node, x):
    return F.pad(x, [v for i in reversed(range(x.dim())) for v in (node["begin"][i], node["end"][i])])


def take(node, x):
    for axis, (begin, count, step) in enumerate(zip(node["begins"], node["counts"], node["steps"])):
        if step < 0:
            x = x.index_select(axis, torch.arange(begin, begin + count * step, step))
        else:
            x = x.narrow(axis, begin, (count - 1) * step + 1)[(slice(None),) * axis + (slice(None, None, step),)]
    return x


OPS = {
    "conv": conv,
    "maxPool": max_pool,
    "pad": pad,
    "slice": take,
    "relu": lambda n, x: F.relu(x),
    "clip": lambda n, x: x.clamp(n["low"], n["high"]),
    "concat": lambda n, *xs: torch.cat(xs, n["axis"]),
    "globalAveragePool": lambda n, x: x.mean((2, 3), keepdim=True),
    "reduceMean": lambda n, x: x.mean(n["axes"], keepdim=n["keepDims"]),
    "reduceSum": lambda n, x: x.sum(n["axes"], keepdim=n["keepDims"]),
    "add": lambda n, a, b: a + b,
    "sub": lambda n, a, b: a - b,
    "mul": lambda n, a, b: a * b,
    "div": lambda n, a, b: a / b,
    "neg": lambda n, a: -a,
    "sqrt": lambda n, a: a.sqrt(),
    "expand": lambda n, a: a.expand(n["shape"]),
    "reshape": lambda n, x: x.reshape(n["shape"]),
    "transpose": lambda n, x: x.permute(n["perm"]),
    "matmul": lambda n, a, b: a @ b,
    "gemm": lambda n, a, b, c: F.linear(a, b if n["transB"] else b.t(), c),
    "softmax": lambda n, x: x.softmax(n["axis"]),
    "logSoftmax": lambda n, x: x.log_softmax(n["axis"]),
}


def run(graph, weights, x):
    values = dict(weights)
    for node in graph["nodes"]:
        if node["op"] == "input":
            values[node["id"]] = x
        elif node["op"] != "constant":
            values[node["id"]] = OPS[node["op"]](node, *(values[i] for i in node["inputs"]))
    return values[graph["output"]]


def median_ms(f, seconds):
    for _ in range(3):
        f()
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = clock()
        f()
        times.append(1000 * (clock() - start))
    return statistics.median(times)


def measure(graph, channels_last):
    layout = torch.channels_last if channels_last else torch.contiguous_format
    as_layout = lambda t: t.contiguous(memory_format=layout) if t.dim() == 4 else t
    weights = {n["id"]: as_layout(0.05 * torch.randn(n["shape"])) for n in graph["nodes"] if n["op"] == "constant"}
    # What depends on weights alone is computed once, as the other side folds it.
    folded = set(weights)
    nodes = []
    for node in graph["nodes"]:
        if node["op"] not in ("input", "constant") and all(i in folded for i in node["inputs"]):
            weights[node["id"]] = OPS[node["op"]](node, *(weights[i] for i in node["inputs"]))
            folded.add(node["id"])
        elif node["op"] != "constant":
            nodes.append(node)
    graph = {**graph, "nodes": nodes}
    x = as_layout(torch.rand(graph["input"]))

    def forward():
        with torch.no_grad():
            run(graph, weights, x)

    def gradient():
        z = x.clone().requires_grad_(True)
        torch.autograd.grad(run(graph, weights, z).sum(), z)

    return median_ms(forward, 1.5), median_ms(gradient, 1.5)


torch.manual_seed(0)
clock = time.process_time if "--processor" in sys.argv else time.perf_counter
if "--processor" in sys.argv:
    torch.set_num_threads(1)
for line in sys.stdin:
    graph = json.loads(line)
    results = [measure(graph, layout) for layout in (False, True)]
    print(json.dumps({"forward": min(r[0] for r in results), "gradient": min(r[1] for r in results)}), flush=True)
