"""The peer's side of bench/distance.ts: milliseconds of scikit-image's SSIM and piq's distances for a pair of pictures.

Reads {"side", "seconds", "threads", "filter"} as JSON on stdin; prints {"scikit-image": {name: {"value": ms}}, "piq": {name: {"value": ms,
"gradient": ms}}} with the names of our registry. A package that is not installed is left out.
"""
import json
import statistics
import sys
import time
from unittest.mock import MagicMock

import numpy
import torch


def median_ms(f, seconds):
    for _ in range(3):
        f()
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        f()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def scikit_image(job, x, y):
    try:
        from skimage.metrics import structural_similarity
    except ImportError:
        return None
    luma = numpy.array([0.299, 0.587, 0.114], dtype=numpy.float32)

    def ssim():
        a, b = (numpy.tensordot(luma, v, 1) for v in (x, y))
        return structural_similarity(
            a, b, data_range=1.0, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )

    return {"ssim": {"value": median_ms(ssim, job["seconds"])}} if job["filter"] in "ssim" else {}


# Our names, and piq's where it has the distance.
NAMES = {
    "psnr": "psnr",
    "ssim": "ssim",
    "ms-ssim": "multi_scale_ssim",
    "gmsd": "gmsd",
    "ms-gmsd": "multi_scale_gmsd",
    "fsim": "fsim",
    "vsi": "vsi",
    "vif": "vif_p",
    "haarpsi": "haarpsi",
    "mdsi": "mdsi",
    "srsim": "srsim",
    "dss": "dss",
    "iw-ssim": "information_weighted_ssim",
}


def piq_distances(job, x, y):
    # piq needs torchvision for networks alone, which are not timed here.
    for name in ("torchvision", "torchvision.models", "torchvision.transforms"):
        try:
            __import__(name)
        except ImportError:
            sys.modules[name] = MagicMock()
    try:
        import piq
    except ImportError:
        return None
    a, b = (torch.from_numpy(v)[None] for v in (x, y))
    times = {}
    for name, function in NAMES.items():
        if job["filter"] not in name or not hasattr(piq, function):
            continue
        f = getattr(piq, function)

        def value():
            with torch.no_grad():
                f(a, b, data_range=1.0)

        def gradient():
            z = a.clone().requires_grad_(True)
            torch.autograd.grad(f(z, b, data_range=1.0).sum(), z)

        try:
            times[name] = {"value": median_ms(value, job["seconds"]), "gradient": median_ms(gradient, job["seconds"])}
        except Exception as error:
            print(f"piq's {name} fails here: {error}", file=sys.stderr)
    return times


job = json.load(sys.stdin)
torch.set_num_threads(job["threads"])
generator = numpy.random.default_rng(3)
rows, columns = numpy.mgrid[0 : job["side"], 0 : job["side"]]
smooth = 0.5 + 0.4 * numpy.sin(0.13 * columns) * numpy.cos(0.07 * rows)
x, y = (
    numpy.clip(smooth + noise * (generator.random((3, *smooth.shape)) - 0.5), 0, 1).astype(numpy.float32)
    for noise in (0.02, 0.06)
)
results = {"scikit-image": scikit_image(job, x, y), "piq": piq_distances(job, x, y)}
print(json.dumps({name: times for name, times in results.items() if times is not None}))
