"""Seconds and robust accuracy of PGD-40, written plainly, and of AutoAttack by its authors' package, in PyTorch.

Reads as JSON on stdin: "layers" (conv, relu, flatten and linear in order, weights as base64 of float32), "mean" and "std" of the channels,
"images" (base64 of float32 in [0, 1]), "shape", "labels", "epsilon", "steps", "threads", "processor" (whether seconds are the
processor's). Prints {"pgd": {"seconds", "robust"}, "autoattack": the same, or null with "reason" where the package is not installed:
pip install git+https://github.com/fra31/auto-attack}.
"""
import base64
import contextlib
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

given = json.load(sys.stdin)


def floats(text, shape):
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.float32).reshape(shape)


class Network(nn.Module):
    def __init__(self, layers, mean, std):
        super().__init__()
        self.mean = torch.tensor(mean).view(1, -1, 1, 1)
        self.std = torch.tensor(std).view(1, -1, 1, 1)
        self.layers = [
            {**layer, **{name: floats(layer[name], layer[f"{name}Shape"]) for name in ("weight", "bias") if name in layer}}
            for layer in layers
        ]

    def forward(self, x):
        x = (x - self.mean) / self.std
        for layer in self.layers:
            if layer["kind"] == "conv":
                x = F.conv2d(x, layer["weight"], layer["bias"], layer["stride"], layer["padding"])
            elif layer["kind"] == "linear":
                x = F.linear(x, layer["weight"], layer["bias"])
            else:
                x = F.relu(x) if layer["kind"] == "relu" else x.flatten(1)
        return x


def pgd(model, x, y, epsilon, steps):
    """Whether each picture is fooled at any point of the way."""
    z = (x + epsilon * (2 * torch.rand_like(x) - 1)).clamp(0, 1)
    fooled = torch.zeros(len(x), dtype=torch.bool)
    for step in range(steps + 1):
        z.requires_grad_()
        logits = model(z)
        fooled |= logits.argmax(1) != y
        if step == steps:
            return fooled
        (gradient,) = torch.autograd.grad(F.cross_entropy(logits, y, reduction="sum"), z)
        z = z.detach() + 2.5 * epsilon / steps * gradient.sign()
        z = torch.max(torch.min(z, x + epsilon), x - epsilon).clamp(0, 1)


clock = time.process_time if given["processor"] else time.perf_counter
torch.set_num_threads(given["threads"])
torch.manual_seed(0)
model = Network(given["layers"], given["mean"], given["std"])
x = floats(given["images"], given["shape"])
y = torch.tensor(given["labels"])
pgd(model, x, y, given["epsilon"], 2)
start = clock()
fooled = pgd(model, x, y, given["epsilon"], given["steps"])
result = {"pgd": {"seconds": clock() - start, "robust": (~fooled).float().mean().item()}, "autoattack": None}
try:
    from autoattack import AutoAttack
except ImportError as error:
    result["reason"] = str(error)
else:
    with contextlib.redirect_stdout(sys.stderr):
        attack = AutoAttack(model, norm="Linf", eps=given["epsilon"], seed=0, device="cpu", verbose=False)
        start = clock()
        adversarial = attack.run_standard_evaluation(x, y, bs=len(x))
        seconds = clock() - start
    robust = (model(adversarial).argmax(1) == y).float().mean().item()
    result["autoattack"] = {"seconds": seconds, "robust": robust}
print(json.dumps(result))
