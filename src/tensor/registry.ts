/** @file Every op of the language, gathered from the files that define them; the contract suite walks this list. */
import type { Op } from './op.ts';
import * as arithmetic from './ops/arithmetic.ts';
import * as cast from './ops/cast.ts';
import * as conv from './ops/conv.ts';
import * as convTranspose from './ops/conv-transpose.ts';
import * as expand from './ops/expand.ts';
import * as reduce from './ops/reduce.ts';
import * as reshape from './ops/reshape.ts';

const modules: readonly object[] = [arithmetic, cast, conv, convTranspose, expand, reduce, reshape];

function isOp(value: unknown): value is Op {
  return typeof value === 'object' && value !== null && 'infer' in value && 'samples' in value;
}

/** All ops, in the order of their files. */
export const registry: readonly Op[] = modules.flatMap((module) => Object.values(module).filter(isOp));
