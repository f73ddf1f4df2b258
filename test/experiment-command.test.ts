/** @file The command that reports of experiments print. */
import { expect, it } from 'vitest';
import { commandOf } from '../src/cli/commands/experiment.ts';

it('is the user’s own, with data and models as given, but for places on one machine alone', () => {
  const noise = { name: 'noise', usualData: 'shapes' };
  const flags = { scale: 'quick', seeds: 2, resume: false, json: false } as const;
  const of = (more: object) => commandOf(noise, { ...flags, ...more });
  expect(of({ data: 'shapes' })).toBe('npx pareidolia experiment noise --scale quick --seeds 2');
  expect(of({ data: 'cifar10:data/cifar10', standard: 'mine/a.onnx', robust: 'my model.onnx' })).toBe(
    "npx pareidolia experiment noise --data cifar10:data/cifar10 --standard mine/a.onnx --robust 'my model.onnx' --scale quick --seeds 2",
  );
  expect(of({ denoiser: '/mine/d.onnx', second: 'b.onnx' })).toBe(
    'npx pareidolia experiment noise --second b.onnx --denoiser d.onnx --scale quick --seeds 2',
  );
  expect(of({ data: 'npy:/home/me/x.npy,/home/me/y.npy', robust: '/home/me/r.onnx' })).toBe(
    'npx pareidolia experiment noise --data npy:x.npy,y.npy --robust r.onnx --scale quick --seeds 2',
  );
});
