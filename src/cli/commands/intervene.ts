/** @file `pareidolia intervene`: what becomes of artefacts and of robustness when the gradient or the network is smoothed. */
import { loadModel } from '../../model/load-model.ts';
import { sidecarName } from '../../model/sidecar.ts';
import { blurDownsampling } from '../../spectrum/blur-pool.ts';
import { interventionNamed } from '../../spectrum/intervention.ts';
import { measureInterventions } from '../../spectrum/measure-interventions.ts';
import { type CliContext, withProgress } from '../context.ts';
import { CliError } from '../errors.ts';
import { interventionCsv, interventionLines } from '../intervene-output.ts';
import { readLabelled } from '../labelled-pictures.ts';
import { loadOptionsOf, type ModelFlags } from '../model-flags.ts';
import { prepareOutput, writeOutput } from '../output.ts';

/** Flags of `intervene`. */
export interface InterveneFlags extends ModelFlags {
  readonly try?: readonly string[];
  readonly epsilon?: readonly number[];
  readonly steps: number;
  readonly limit: number;
  readonly batch?: number;
  readonly seed: number;
  readonly blur: number;
  readonly layer?: readonly string[];
  readonly csv?: string;
  readonly out?: string;
}

/** Runs the command. */
export async function interveneCommand(
  this: CliContext,
  flags: InterveneFlags,
  modelPath: string,
  spec?: string,
): Promise<void> {
  const { csv, out, steps, limit, seed, batch } = flags;
  if (out === undefined && spec === undefined)
    throw new CliError(
      'Give pictures to measure on (cifar10:DIR, class folders), or --out FILE.onnx to write the model with blurs in it.',
    );
  if (out === undefined && flags.layer !== undefined)
    throw new CliError('--layer says which layers of the written model are blurred; give --out FILE.onnx as well.');
  if (csv !== undefined && spec === undefined)
    throw new CliError(
      '--csv is a table of what is measured; give pictures to measure on (cifar10:DIR, class folders).',
    );
  const interventions = flags.try?.map(interventionNamed);
  if (csv !== undefined) await prepareOutput(csv, [modelPath, spec!]);
  if (out !== undefined) {
    if (!/\.onnx$/i.test(out)) throw new CliError(`The model is written as ONNX; ${out} is not named .onnx.`);
    for (const file of [out, sidecarName(out)]) await prepareOutput(file, [modelPath]);
  }
  await using model = await loadModel(modelPath, loadOptionsOf(flags));
  for (const note of model.notes) this.process.stderr.write(`note: ${note}\n`);
  const blurs = { size: flags.blur, ...(flags.layer === undefined ? {} : { layers: flags.layer }) };
  const file = out === undefined ? undefined : blurDownsampling(model, blurs);
  const { signal } = this;
  const findings =
    spec === undefined
      ? undefined
      : await withProgress(this, 'Interventions', async (update) => {
          const { images, labels } = await readLabelled(spec, model, { limit, seed, signal });
          if (labels === undefined)
            this.process.stderr.write(
              "note: nothing tells the pictures' classes; the model's own answers stand for them.\n",
            );
          return measureInterventions(model, images, labels, {
            ...(interventions === undefined ? {} : { interventions }),
            ...(flags.epsilon === undefined ? {} : { epsilons: flags.epsilon }),
            ...(batch === undefined ? {} : { batch }),
            steps,
            seed,
            signal,
            onProgress: update,
          });
        });
  if (out !== undefined) {
    const settings = {
      preprocessing: model.preprocessing,
      ...(model.classNames === undefined ? {} : { classes: model.classNames }),
      ...(flags.output === undefined ? {} : { output: flags.output }),
    };
    await writeOutput(out, file!.bytes);
    await writeOutput(sidecarName(out), `${JSON.stringify(settings, null, 2)}\n`);
  }
  if (csv !== undefined) await writeOutput(csv, interventionCsv(findings!));
  const written = [...(csv === undefined ? [] : [csv]), ...(out === undefined ? [] : [out, sidecarName(out)])];
  const lines = [
    ...(findings === undefined ? [] : interventionLines(findings)),
    ...(file === undefined ? [] : [`blurred: ${file.blurred.join(', ')}`]),
    ...(written.length === 0 ? [] : [`written: ${written.join(', ')}`]),
  ];
  const json = {
    ...findings,
    ...(file === undefined ? {} : { blurred: file.blurred }),
    ...(written.length === 0 ? {} : { files: written }),
  };
  this.process.stdout.write(flags.json ? `${JSON.stringify(json, null, 2)}\n` : `${lines.join('\n')}\n`);
}
