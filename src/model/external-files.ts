/** @file The files that a model's external data lies in. */
import { type GraphProto, type ModelProto, TensorProto_DataLocation } from 'onnx-buf';
import * as files from '#files';
import type { WeightFile } from '../tensor/tensor.ts';
import { ModelError } from './model-error.ts';

/** Reads every external data file that a model names, each once. */
export async function externalFiles(model: ModelProto, path: string | undefined): Promise<WeightFile[]> {
  const locations = new Set<string>();
  const collect = (graph: GraphProto) => {
    for (const tensor of graph.initializer) {
      if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) continue;
      const location = tensor.externalData.find(({ key }) => key === 'location')?.value;
      if (location !== undefined) locations.add(location);
    }
    for (const node of graph.node)
      for (const attribute of node.attribute) if (attribute.g !== undefined) collect(attribute.g);
  };
  collect(model.graph!);
  return Promise.all(
    [...locations].map(async (location): Promise<WeightFile> => {
      if (path === undefined)
        throw new ModelError(
          `The model keeps weights in "${location}"; load it by path, so that they are found beside it.`,
        );
      const full = files.beside(path, location);
      return { location, path: full, bytes: await files.readFile(full) };
    }),
  );
}
