/** @file Which parameters, statistics and noises a task has, and where each lies in the vectors that hold them. */

import { type Shape, sameShape, sizeOf } from '../tensor/shape.ts';
import { constant, input, type Tensor } from '../tensor/tensor.ts';
import type { NoiseSpec, ParameterSpec, StatisticSpec, Store } from './scope.ts';
import { Scope } from './scope.ts';

/** A tensor's place in a vector. */
export type Placed<T> = T & { readonly offset: number };

/** Everything that a task declares. */
export interface Layout {
  readonly parameters: readonly Placed<ParameterSpec>[];
  readonly statistics: readonly Placed<StatisticSpec>[];
  readonly noises: readonly NoiseSpec[];
  readonly parameterCount: number;
  readonly statisticCount: number;
}

/** Runs a task's function once on stand-ins and notes what it asks for, in the order in which it does. */
export function layoutOf(run: (scope: Scope) => void): Layout {
  const parameters = new Map<string, ParameterSpec>();
  const statistics = new Map<string, StatisticSpec>();
  const noises = new Map<string, NoiseSpec>();
  const declare = <T extends { readonly name: string; readonly shape: Shape }>(
    list: Map<string, T>,
    spec: T,
  ): Tensor => {
    const known = list.get(spec.name);
    if (known !== undefined && !sameShape(known.shape, spec.shape)) {
      throw new TypeError(`"${spec.name}" is declared as [${known.shape}] and as [${spec.shape}].`);
    }
    if (known === undefined) list.set(spec.name, spec);
    return input(spec.name, spec.shape);
  };
  const store: Store = {
    parameter: (spec) => declare(parameters, spec),
    statistic: (spec) => declare(statistics, spec),
    setStatistic: () => {},
    noise: (spec) => declare(noises, spec),
    progress: () => constant(1),
    hold: (value) => value,
  };
  run(new Scope(store, 'train'));
  const placedParameters = place([...parameters.values()]);
  const placedStatistics = place([...statistics.values()]);
  return {
    ...{ parameters: placedParameters.list, parameterCount: placedParameters.total },
    ...{ statistics: placedStatistics.list, statisticCount: placedStatistics.total },
    noises: [...noises.values()],
  };
}

function place<T extends { readonly shape: Shape }>(specs: readonly T[]): { list: Placed<T>[]; total: number } {
  let total = 0;
  const list = specs.map((spec) => {
    const offset = total;
    total += sizeOf(spec.shape);
    return { ...spec, offset };
  });
  return { list, total };
}
