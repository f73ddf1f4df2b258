/** @file Builds the package twice, since Node and the browser read files and pictures differently: dist/node with the command line, dist/web. */
import { defineConfig } from 'tsdown';

const entry = {
  index: 'src/index.ts',
  tensor: 'src/tensor/index.ts',
  onnx: 'src/onnx/index.ts',
  data: 'src/data/index.ts',
  distance: 'src/distance/index.ts',
  experiment: 'src/experiment/index.ts',
  report: 'src/report/index.ts',
  spectrum: 'src/spectrum/index.ts',
  train: 'src/train/index.ts',
  bridge: 'src/bridge/index.ts',
  visualize: 'src/visualize/index.ts',
};
const common = { format: 'esm' as const, dts: false, outExtensions: () => ({ js: '.js' }) };

export default defineConfig([
  { ...common, entry: { ...entry, cli: 'src/cli/main.ts' }, outDir: 'dist/node', platform: 'node', target: 'node22' },
  { ...common, entry, outDir: 'dist/web', platform: 'browser', target: 'es2023' },
]);
