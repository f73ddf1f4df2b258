/** @file `pareidolia intervene`: what becomes of artefacts and of robustness when the gradient or the network is smoothed. */
import { loadModel } from '../../model/load-model.ts';
import { sidecarName } from '../../model/sidecar.ts';
import { barFigurePng, barFigureSvg } from '../../spectrum/bar-figure.ts';
import { blurDownsampling } from '../../spectrum/blur-pool.ts';
import { interventionNamed } from '../../spectrum/intervention.ts';
import { interventionFigure } from '../../spectrum/intervention-figure.ts';
import { type InterventionHeatMap, interventionHeatMaps } from '../../spectrum/intervention-heat-maps.ts';
import { type InterventionFindings, measureInterventions } from '../../spectrum/measure-interventions.ts';
import { type CliContext, withProgress } from '../context.ts';
import { CliError } from '../errors.ts';
import { interventionCsv, interventionHeatMapLines, interventionLines } from '../intervene-output.ts';
import { readLabelled } from '../labelled-pictures.ts';
import { loadOptionsOf, type ModelFlags } from '../model-flags.ts';
import { prepareOutputs, writeOutput } from '../output.ts';

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
  readonly heatmap: boolean;
  readonly csv?: string;
  readonly out?: readonly string[];
}

/** What is measured. */
type Measured = InterventionFindings & { readonly heatMaps?: readonly InterventionHeatMap[] };

/** Runs the command. */
export async function interveneCommand(
  this: CliContext,
  flags: InterveneFlags,
  modelPath: string,
  spec?: string,
): Promise<void> {
  const { csv, steps, limit, seed, batch } = flags;
  const { models, figures } = outputsOf(flags.out ?? []);
  if (models.length === 0 && spec === undefined)
    throw new CliError(
      'Give pictures to measure on (cifar10:DIR, class folders), or --out FILE.onnx to write the model with blurs in it.',
    );
  if (models.length === 0 && flags.layer !== undefined)
    throw new CliError('--layer says which layers of the written model are blurred; give --out FILE.onnx as well.');
  for (const [what, given] of [
    ['--csv is a table', csv !== undefined],
    ['A figure is', figures.length > 0],
    ['--heatmap is', flags.heatmap],
  ] as const)
    if (given && spec === undefined)
      throw new CliError(`${what} of what is measured; give pictures to measure on (cifar10:DIR, class folders).`);
  const interventions = flags.try?.map(interventionNamed);
  const inputs = [modelPath, ...(spec === undefined ? [] : [spec])];
  const written = [
    ...(csv === undefined ? [] : [csv]),
    ...figures,
    ...models.flatMap((path) => [path, sidecarName(path)]),
  ];
  await prepareOutputs(written, inputs);
  await using model = await loadModel(modelPath, loadOptionsOf(flags));
  for (const note of model.notes) this.process.stderr.write(`note: ${note}\n`);
  const blurs = { size: flags.blur, ...(flags.layer === undefined ? {} : { layers: flags.layer }) };
  const file = models.length === 0 ? undefined : blurDownsampling(model, blurs);
  const { signal } = this;
  const findings: Measured | undefined =
    spec === undefined
      ? undefined
      : await withProgress(this, 'Interventions', async (update) => {
          const { images, labels } = await readLabelled(spec, model, { limit, seed, signal });
          if (labels === undefined)
            this.process.stderr.write(
              "note: nothing tells the pictures' classes; the model's own answers stand for them.\n",
            );
          const shared = {
            ...(interventions === undefined ? {} : { interventions }),
            ...(batch === undefined ? {} : { batch }),
            seed,
            signal,
            onProgress: update,
          };
          const measured = await measureInterventions(model, images, labels, {
            ...shared,
            ...(flags.epsilon === undefined ? {} : { epsilons: flags.epsilon }),
            steps,
          });
          return flags.heatmap
            ? { ...measured, heatMaps: await interventionHeatMaps(model, images, labels, shared) }
            : measured;
        });
  for (const out of models) {
    const settings = {
      preprocessing: model.preprocessing,
      ...(model.classNames === undefined ? {} : { classes: model.classNames }),
      ...(flags.output === undefined ? {} : { output: flags.output }),
    };
    await writeOutput(out, file!.bytes);
    await writeOutput(sidecarName(out), `${JSON.stringify(settings, null, 2)}\n`);
  }
  const heatMaps = findings?.heatMaps;
  if (csv !== undefined) await writeOutput(csv, interventionCsv(findings!, heatMaps));
  for (const path of figures) {
    const figure = interventionFigure(findings!);
    await writeOutput(path, /\.svg$/i.test(path) ? barFigureSvg(figure) : await barFigurePng(figure));
  }
  const lines = [
    ...(findings === undefined ? [] : interventionLines(findings)),
    ...(heatMaps === undefined ? [] : interventionHeatMapLines(heatMaps)),
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

/** What is written by the ending of each file: models and figures. @throws CliError where one has another ending */
function outputsOf(out: readonly string[]): {
  readonly models: readonly string[];
  readonly figures: readonly string[];
} {
  const other = out.find((path) => !/\.(onnx|svg|png)$/i.test(path));
  if (other !== undefined)
    throw new CliError(`The model is written as .onnx and the figure as .svg or .png; ${other} is none of them.`);
  const models = out.filter((path) => /\.onnx$/i.test(path));
  return { models, figures: out.filter((path) => !models.includes(path)) };
}
