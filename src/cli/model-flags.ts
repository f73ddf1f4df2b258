/** @file Flags that every command on a model has. */
import type { LoadOptions } from '../model/load-model.ts';
import type { StandIn } from '../onnx/import/stand-ins.ts';
import type { Device } from '../tensor/op.ts';
import { parseCount, parsePreprocessing, parseStandIn } from './parse.ts';

/** Values of the shared flags. */
export interface ModelFlags {
  readonly preprocessing?: string;
  readonly classes?: string;
  readonly output?: string;
  readonly size?: number;
  readonly standIn?: readonly (readonly [node: string, rule: StandIn])[];
  readonly device: Device;
  readonly json: boolean;
}

/** The shared flags as stricli takes them. */
export const modelFlags = {
  preprocessing: {
    kind: 'parsed',
    parse: String,
    optional: true,
    brief: 'imagenet, cifar10, caffe-bgr, tf, raw255, none, mnist, or JSON',
    placeholder: 'NAME',
  },
  classes: {
    kind: 'parsed',
    parse: String,
    optional: true,
    brief: 'File of class names, one a line or JSON',
    placeholder: 'FILE',
  },
  output: {
    kind: 'parsed',
    parse: String,
    optional: true,
    brief: 'Output that holds the class scores',
    placeholder: 'NAME',
  },
  size: {
    kind: 'parsed',
    parse: parseCount(1),
    optional: true,
    brief: 'Height and width for a model that leaves them open',
    placeholder: 'PIXELS',
  },
  standIn: {
    kind: 'parsed',
    parse: parseStandIn,
    optional: true,
    variadic: true,
    brief: 'What gradients see instead of a node or type: Sign=identity, ArgMax=zero; may be repeated',
    placeholder: 'NODE=RULE',
  },
  device: { kind: 'enum', values: ['cpu', 'webgpu'], default: 'cpu', brief: 'Where the graphs run' },
  json: { kind: 'boolean', default: false, brief: 'Print JSON' },
} as const;

/** Load options from the shared flags. */
export function loadOptionsOf({ preprocessing, classes, output, size, standIn, device }: ModelFlags): LoadOptions {
  return {
    device,
    ...(preprocessing === undefined ? {} : { preprocessing: parsePreprocessing(preprocessing) }),
    ...(classes === undefined ? {} : { classes }),
    ...(output === undefined ? {} : { output }),
    ...(size === undefined ? {} : { height: size, width: size }),
    ...(standIn === undefined ? {} : { standIns: Object.fromEntries(standIn) }),
  };
}
