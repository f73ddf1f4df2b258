/** @file The networks and units that the bridge is measured on. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readPicture } from '../../src/cli/pictures.ts';
import { fitPicture } from '../../src/model/fit-picture.ts';
import { loadModel } from '../../src/model/load-model.ts';
import type { Model } from '../../src/model/model.ts';
import type { DeviceRuntime } from '../../src/runtime/runtime.ts';
import { cifar10Test } from '../../test/support/cifar10.ts';
import { sharedPath } from '../../test/support/shared-data.ts';

/** A network with the units whose patterns are tried. */
export interface Network {
  readonly name: string;
  /** In words, for the table. */
  readonly what: string;
  /** Its file among the shared models; an embedded one unless given. */
  readonly file?: string;
  readonly preprocessing?: string;
  readonly units: readonly { readonly unit: string; readonly title: string }[];
}

const cifar = ['cat', 'ship'];
const imagenet = [
  ['281', 'tabby'],
  ['417', 'balloon'],
] as const;

/** All of them, in the order of the table. */
export const networks: readonly Network[] = [
  {
    name: 'cifar10-standard',
    what: 'residual network of 8 layers, CIFAR-10',
    units: cifar.map((name) => ({ unit: name, title: name })),
  },
  {
    name: 'cifar10-robust',
    what: 'the same, trained on attacks',
    units: cifar.map((name) => ({ unit: name, title: name })),
  },
  {
    name: 'resnet20',
    what: 'ResNet-20, CIFAR-10',
    file: 'cifar10/resnet20.onnx',
    preprocessing: 'imagenet',
    units: [
      { unit: '3', title: 'cat' },
      { unit: '8', title: 'ship' },
    ],
  },
  {
    name: 'squeezenet1.1',
    what: 'SqueezeNet 1.1, ImageNet',
    file: 'imagenet/squeezenet1.1.onnx',
    preprocessing: 'caffe-bgr',
    units: imagenet.map(([unit, title]) => ({ unit, title })),
  },
  {
    name: 'mobilenet_v2',
    what: 'MobileNetV2, ImageNet',
    file: 'imagenet/mobilenet_v2_1.0_224.onnx',
    preprocessing: 'tf',
    // Class 0 is the background.
    units: imagenet.map(([unit, title]) => ({ unit: String(Number(unit) + 1), title })),
  },
];

/** Where what was measured of a unit is recorded. */
export function recordedPath(folder: string, network: string, unit: string): string {
  return join(folder, `${network}-${unit}.json`);
}

/** Opens a network. */
export function loadNetwork({ name, file, preprocessing }: Network, device: DeviceRuntime): Promise<Model> {
  return loadModel(file === undefined ? `zoo:${name}` : sharedPath(`models/${file}`), {
    device,
    name,
    ...(preprocessing === undefined ? {} : { preprocessing }),
  });
}

/** Test pictures of CIFAR-10 that training did not see, or photographs of a class each. */
export async function picturesFor(model: Model, count: number): Promise<Float32Array[]> {
  if (model.height === 32) return (await cifar10Test(count)).images;
  const folder = sharedPath('images/imagenet');
  const names = (await readdir(folder)).sort().slice(0, count);
  return Promise.all(names.map(async (name) => fitPicture(await readPicture(join(folder, name)), model)));
}
