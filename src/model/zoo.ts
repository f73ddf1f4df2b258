/** @file The models that the package holds: their names, what they are, and where their files lie. */
import { ModelError } from './model-error.ts';

/** An embedded model. */
export interface ZooEntry {
  readonly kind: 'classifier' | 'denoiser' | 'generator';
  /** What it was trained on. */
  readonly data: 'shapes' | 'cifar10';
  readonly brief: string;
}

const classifier = (data: ZooEntry['data'], brief: string): ZooEntry => ({ kind: 'classifier', data, brief });
const denoiser = (data: ZooEntry['data']): ZooEntry => ({
  kind: 'denoiser',
  data,
  brief: 'removes normal noise of deviation 0 to 0.3',
});
const generator = (data: ZooEntry['data']): ZooEntry => ({
  kind: 'generator',
  data,
  brief: 'draws 32-pixel pictures from normal codes',
});

/** All embedded models by name; their cards lie beside their files. */
export const zoo: Readonly<Record<string, ZooEntry>> = {
  'shapes-standard': classifier('shapes', 'residual network, trained plainly'),
  'shapes-robust': classifier('shapes', 'residual network, trained on attacks'),
  'shapes-second': classifier('shapes', 'plain convolutional network'),
  'shapes-denoiser': denoiser('shapes'),
  'shapes-generator': generator('shapes'),
  'cifar10-standard': classifier('cifar10', 'residual network, trained plainly'),
  'cifar10-robust': classifier('cifar10', 'residual network, trained on attacks'),
  'cifar10-second': classifier('cifar10', 'plain convolutional network'),
  'cifar10-denoiser': denoiser('cifar10'),
  'cifar10-generator': generator('cifar10'),
};

const scheme = 'zoo:';

/**
 * Where a model lies: the file of an embedded one for `zoo:NAME`, anything else as it is.
 * @throws ModelError that lists the names there are
 */
export function modelAddress(source: string): string {
  if (!source.startsWith(scheme)) return source;
  const name = source.slice(scheme.length);
  if (zoo[name] === undefined) {
    throw new ModelError(`There is no embedded model "${name}"; there are ${Object.keys(zoo).join(', ')}.`);
  }
  return new URL(`../../models/${name}.onnx`, import.meta.url).href;
}
