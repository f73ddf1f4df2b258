"""Images per second of a training step in PyTorch: residual networks for 32-pixel pictures, SGD with Nesterov momentum.

Reads {"width", "blocks", "batch", "seconds", "threads"} as JSON on stdin; prints {"imagesPerSecond"} for the faster of its two layouts.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        same = stride == 1 and inputs == outputs
        self.shortcut = (
            nn.Identity() if same else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        )

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self, width, blocks):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        layers, channels = [], width
        for stage, count in enumerate(blocks):
            for i in range(count):
                layers.append(Block(channels, width * 2**stage, 2 if stage > 0 and i == 0 else 1))
                channels = width * 2**stage
        self.layers = nn.Sequential(*layers)
        self.fc = nn.Linear(channels, 10)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1((x - 0.5) / 0.25)))
        return self.fc(self.layers(y).mean((2, 3)))


def images_per_second(job, layout):
    torch.manual_seed(0)
    net = ResNet(job["width"], job["blocks"]).to(memory_format=layout)
    x = torch.rand(job["batch"], 3, 32, 32).to(memory_format=layout)
    y = torch.randint(0, 10, (job["batch"],))
    optimizer = torch.optim.SGD(net.parameters(), 0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)
    times = []
    end = time.time() + job["seconds"]
    while time.time() < end or len(times) < 4:
        start = time.time()
        optimizer.zero_grad()
        F.cross_entropy(net(x), y).backward()
        optimizer.step()
        times.append(time.time() - start)
    times = sorted(times[1:])
    return job["batch"] / times[len(times) // 2]


job = json.load(sys.stdin)
torch.set_num_threads(job["threads"])
print(json.dumps({"imagesPerSecond": max(images_per_second(job, f) for f in (torch.contiguous_format, torch.channels_last))}))
