/** @file `pareidolia train`: a network from labelled pictures to an ONNX file. */
import { extname } from 'node:path';
import { openRuntime } from '#runtime';
import { batches } from '../../data/batches.ts';
import { channelMoments } from '../../data/channel-moments.ts';
import type { ImageArray } from '../../data/dataset.ts';
import { pickImages } from '../../data/image-array.ts';
import { openDataset } from '../../data/open-dataset.ts';
import { toImageArray } from '../../data/to-image-array.ts';
import { sidecarName } from '../../model/sidecar.ts';
import type { AdversaryOptions } from '../../train/adversary.ts';
import type { AugmentationOptions } from '../../train/augmentation.ts';
import type { EpochRecord } from '../../train/checkpoint.ts';
import { exportNetwork } from '../../train/export-network.ts';
import { fileCheckpoint } from '../../train/file-checkpoint.ts';
import { denoiser, discriminator, generator } from '../../train/networks/autoencoder.ts';
import { buildNetwork, networks } from '../../train/networks/network.ts';
import type { OptimizerOptions } from '../../train/optimizer.ts';
import type { Schedule } from '../../train/schedule.ts';
import type { Task } from '../../train/task.ts';
import { classification } from '../../train/tasks/classification.ts';
import { denoising } from '../../train/tasks/denoising.ts';
import { adversarialGeneration, variational } from '../../train/tasks/generation.ts';
import { type TrainedNetwork, train as trainTask } from '../../train/train.ts';
import { checkExported } from '../check-exported.ts';
import { type CliContext, type Progress, startProgress } from '../context.ts';
import { CliError } from '../errors.ts';
import { networkNames } from '../network-names.ts';
import { prepareOutputs, writeOutput } from '../output.ts';

/** Flags of `train`. */
export interface TrainFlags {
  readonly net: string;
  readonly data: string;
  readonly validation?: string;
  readonly epochs: number;
  readonly out: string;
  readonly width?: number;
  readonly size?: number;
  readonly limit?: number;
  readonly batch: number;
  readonly optimizer?: 'sgd' | 'adam' | 'adamw';
  readonly lr?: number;
  readonly momentum: number;
  readonly weightDecay?: number;
  readonly schedule: Schedule;
  readonly augment?: AugmentationOptions;
  readonly labelSmoothing: number;
  readonly noise: number;
  readonly adversarial?: AdversaryOptions;
  readonly warmup?: number;
  readonly trades?: number;
  readonly clip?: number;
  readonly average?: number;
  readonly patience?: number;
  readonly seed: number;
  readonly foldBatchNorm: boolean;
  readonly badImages: 'fail' | 'skip';
  readonly log?: string;
  readonly checkpoint?: string;
  readonly fresh: boolean;
  readonly threads?: number;
  readonly json: boolean;
}

/** Runs the command. */
export async function train(this: CliContext, flags: TrainFlags): Promise<void> {
  checkFlags(flags);
  const checkpointPath = flags.checkpoint ?? `${flags.out}.checkpoint`;
  await prepareOutputs([flags.out, sidecarName(flags.out), checkpointPath, flags.log]);
  const device = await openRuntime('cpu', flags.threads === undefined ? {} : { threads: flags.threads });
  const { data, validation } = await readData(this, flags);
  const task = taskOf(flags, data);
  const store = fileCheckpoint(checkpointPath);
  const progress = await startProgress(this, `Training ${flags.net} on ${data.shape[0]} pictures of ${data.name}`);
  const history: EpochRecord[] = [];
  let trained: TrainedNetwork;
  try {
    trained = await trainTask(task, {
      data,
      ...(validation === undefined ? {} : { validation }),
      ...settingsOf(flags, data),
      device,
      signal: this.signal,
      checkpoint: flags.fresh && (await store.read()) !== undefined ? startingAnew(store) : store,
      onProgress: ({ epoch, epochs, step, steps, imagesPerSecond, secondsLeft, metrics }) => {
        progress.update(
          `Epoch ${epoch + 1}/${epochs}, step ${step}/${steps}, ${imagesPerSecond.toFixed(0)} images/s, ${duration(secondsLeft)} left: ${numbers(metrics)}`,
        );
      },
      onEpoch: async (record) => {
        history.push(record);
        say(this, progress, epochLine(record, flags.epochs));
        if (flags.log !== undefined) await writeOutput(flags.log, logOf(history, flags.log));
      },
    });
  } finally {
    progress.stop();
  }
  const notes = { net: flags.net, data: data.name, epochs: trained.history.length, seed: flags.seed };
  const { bytes, sidecar } = await exportNetwork(trained, { device, foldBatchNorm: flags.foldBatchNorm, notes });
  const check = await checkExported(trained, bytes, validation ?? data, device);
  await writeOutput(flags.out, bytes);
  await writeOutput(sidecarName(flags.out), `${JSON.stringify(sidecar, null, 2)}\n`);
  if (flags.log !== undefined) await writeOutput(flags.log, logOf(trained.history, flags.log));

  const last = trained.history.at(-1)!;
  const result = {
    model: flags.out,
    bytes: bytes.length,
    parameters: trained.layout.parameterCount,
    epochs: trained.history.length,
    stoppedEarly: trained.stoppedEarly,
    seconds: trained.history.reduce((sum, { seconds }) => sum + seconds, 0),
    train: last.train,
    ...(last.validation === undefined ? {} : { validation: last.validation }),
    exportDifference: check.difference,
    ...(data.skipped === undefined || data.skipped.length === 0 ? {} : { skipped: data.skipped }),
    history: trained.history,
  };
  this.process.stdout.write(
    flags.json
      ? `${JSON.stringify(result, null, 2)}\n`
      : `${flags.out}: ${result.parameters} parameters, ${result.epochs} epochs in ${duration(result.seconds)}; ${numbers(last.validation ?? last.train)}\nIn plain ONNX Runtime its answers differ from training's by at most ${check.difference.toExponential(1)}.\n`,
  );
}

function checkFlags(flags: TrainFlags): void {
  if (!networkNames.includes(flags.net))
    throw new CliError(`There is no network "${flags.net}"; there are ${networkNames.join(', ')}.`);
  if (extname(flags.out).toLowerCase() !== '.onnx')
    throw new CliError(`--out expects a name ending in .onnx, got ${flags.out}.`);
  if (flags.log !== undefined && !['.csv', '.json'].includes(extname(flags.log).toLowerCase()))
    throw new CliError(`--log expects a .csv or .json file, got ${flags.log}.`);
  const isClassifier = flags.net in networks;
  if (!isClassifier && (flags.adversarial !== undefined || flags.trades !== undefined))
    throw new CliError(`--adversarial and --trades train classifiers; ${flags.net} is none.`);
  if (flags.warmup !== undefined && flags.adversarial === undefined)
    throw new CliError('--warmup needs --adversarial, whose radius it lets grow.');
  if (flags.trades !== undefined && flags.adversarial === undefined)
    throw new CliError('--trades needs --adversarial, which says the attack: for example --adversarial linf:8/255:10.');
  for (const [name, share] of [
    ['label-smoothing', flags.labelSmoothing],
    ['momentum', flags.momentum],
    ['average', flags.average ?? 0],
    ['warmup', flags.warmup ?? 0],
  ] as const) {
    if (share < 0 || share >= 1) throw new CliError(`--${name} expects a share from 0 to below 1, got ${share}.`);
  }
}

async function readData(
  context: CliContext,
  flags: TrainFlags,
): Promise<{ data: ImageArray; validation: ImageArray | undefined }> {
  const progress = await startProgress(context, `Reading ${flags.data}`);
  const read = async (spec: string, split: 'train' | 'test') =>
    toImageArray(await openDataset(spec, { split }), {
      badImages: flags.badImages,
      signal: context.signal,
      onProgress: (done, total) => {
        if (done % 500 === 0) progress.update(`Reading ${spec}: ${done} of ${total}`);
      },
      ...(flags.size === undefined ? {} : { size: flags.size }),
    });
  try {
    const all = await read(flags.data, 'train');
    const data = flags.limit === undefined || flags.limit >= all.shape[0] ? all : firstOf(all, flags.limit, flags.seed);
    if (data.skipped !== undefined && data.skipped.length > 0)
      say(context, progress, `Left out ${data.skipped.length} pictures: ${data.skipped.slice(0, 3).join(' ')}`);
    const validation =
      flags.validation === 'none'
        ? undefined
        : flags.validation === undefined
          ? await read(flags.data, 'test').catch(() => undefined)
          : await read(flags.validation, 'test');
    if (validation === undefined && flags.validation === undefined)
      say(context, progress, `${flags.data} has no test part: training is not watched on held-out pictures.`);
    return { data, validation };
  } finally {
    progress.stop();
  }
}

/** Some pictures in a seeded order, so that a sorted set keeps all its classes. */
function firstOf(all: ImageArray, count: number, seed: number): ImageArray {
  const [order] = batches(all.shape[0], { size: all.shape[0], seed });
  return pickImages(all, order!.subarray(0, count));
}

function taskOf(flags: TrainFlags, data: ImageArray): Task {
  const [, channels, height, width] = data.shape;
  if (flags.net === 'denoiser') return denoising(denoiser(flags.width ?? 32));
  if (flags.net === 'vae' || flags.net === 'gan') {
    if (height !== width || height % 8 !== 0)
      throw new CliError(
        `${flags.net} draws square pictures whose side is a multiple of 8; ${data.name} has ${width}x${height}. Use --size.`,
      );
    const draw = generator({ channels, size: height, width: flags.width ?? 32 });
    return flags.net === 'vae'
      ? variational(draw, { codeSize: 128, width: flags.width ?? 32 })
      : adversarialGeneration(draw, discriminator(flags.width ?? 32), { codeSize: 64 });
  }
  const { mean, std } = channelMoments(data);
  const network = buildNetwork(flags.net, {
    classes: data.classNames.length,
    mean,
    std,
    ...(flags.width === undefined ? {} : { width: flags.width }),
  });
  return classification(network, {
    labelSmoothing: flags.labelSmoothing,
    noise: flags.noise,
    ...(flags.adversarial === undefined
      ? {}
      : { adversary: { ...flags.adversarial, ...(flags.warmup === undefined ? {} : { warmup: flags.warmup }) } }),
    ...(flags.trades === undefined ? {} : { tradesBeta: flags.trades }),
  });
}

function settingsOf(flags: TrainFlags, data: ImageArray) {
  const kind = flags.optimizer ?? (flags.net in networks && flags.net !== 'vit' ? 'sgd' : 'adam');
  const optimizer: OptimizerOptions =
    kind === 'sgd'
      ? { kind, momentum: flags.momentum, nesterov: flags.momentum > 0, weightDecay: flags.weightDecay ?? 5e-4 }
      : {
          kind,
          ...(flags.net === 'gan' ? { beta1: 0.5 } : {}),
          ...(flags.weightDecay === undefined ? {} : { weightDecay: flags.weightDecay }),
        };
  return {
    epochs: flags.epochs,
    batchSize: Math.min(flags.batch, data.shape[0]),
    optimizer,
    learningRate: flags.lr ?? (kind === 'sgd' ? 0.1 : flags.net === 'gan' ? 2e-4 : 1e-3),
    schedule: flags.schedule,
    augmentation: flags.augment ?? (data.shape[1] === 3 ? { crop: usualCrop(data), flip: true } : {}),
    seed: flags.seed,
    ...(flags.clip === undefined ? {} : { clipNorm: flags.clip }),
    ...(flags.average === undefined ? {} : { averageDecay: flags.average }),
    ...(flags.patience === undefined ? {} : { patience: flags.patience }),
  };
}

/** An eighth of the side, and 4 pixels at most. */
function usualCrop({ shape: [, , height, width] }: ImageArray): number {
  return Math.min(4, Math.floor(Math.min(height, width) / 8));
}

/** A store whose old checkpoint is not looked at; it stays until the first new one replaces it. */
function startingAnew(store: ReturnType<typeof fileCheckpoint>): ReturnType<typeof fileCheckpoint> {
  return { ...store, read: async () => undefined };
}

/** A line of stderr that stays, whatever progress overwrites. */
function say({ process, interactive }: CliContext, progress: Progress, line: string): void {
  if (interactive) progress.stop();
  process.stderr.write(`${line}\n`);
}

function epochLine({ epoch, seconds, train: trained, validation }: EpochRecord, epochs: number): string {
  const looked = validation === undefined ? '' : `; held out: ${numbers(validation)}`;
  return `epoch ${epoch}/${epochs} in ${duration(seconds)}: ${numbers(trained)}${looked}`;
}

function numbers(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .map(
      ([name, value]) =>
        `${name} ${Math.abs(value) < 0.001 && value !== 0 ? value.toExponential(2) : value.toFixed(4)}`,
    )
    .join(', ');
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

function logOf(history: readonly EpochRecord[], path: string): string {
  if (extname(path).toLowerCase() === '.json') return `${JSON.stringify(history, null, 2)}\n`;
  const rows = history.map(({ epoch, learningRate, seconds, train: trained, validation = {} }) => ({
    epoch,
    'learning rate': learningRate,
    seconds,
    ...trained,
    ...Object.fromEntries(Object.entries(validation).map(([name, value]) => [`held-out ${name}`, value])),
  }));
  const columns = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => columns.map((column) => (row as Record<string, number>)[column] ?? '').join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}
