/** @file What speaks for drawings, asked of photographs and a second model that are opened once for all of them. */
import { fitPicture } from '../model/fit-picture.ts';
import { loadModel } from '../model/load-model.ts';
import type { Model } from '../model/model.ts';
import type { PictureSize } from '../prior/parameterisation.ts';
import { activations, naturalSlope, percentileOf, type Spectrum, spectrumOf } from '../visualize/evidence.ts';
import type { NamedUnit } from '../visualize/unit-named.ts';
import { listPictures, readPicture } from './pictures.ts';
import type { VisualizeFlags } from './visualize-plan.ts';

/** What speaks for a drawing. */
export interface Evidence {
  readonly activation: number;
  readonly answer: { readonly name: string; readonly probability: number };
  /** Slope of the spectrum; undefined where a picture has none. */
  readonly slope: number | undefined;
  readonly naturalSlope: number;
  readonly spectrum: Omit<Spectrum, 'slope'>;
  /** Share of photographs whose activation is lower, and how many there were. */
  readonly percentile?: number;
  readonly photos?: number;
  /** What another model sees, and how probable it finds the class that was drawn, where it has one of the name and sees another. */
  readonly second?: {
    readonly model: string;
    readonly name: string;
    readonly probability: number;
    readonly ofUnit?: number;
  };
}

/** Asks for evidence. */
export interface EvidenceSource extends AsyncDisposable {
  /** Of a unit's picture [C, H, W], whose activation the drawing has seen. */
  of(unit: NamedUnit, picture: Float32Array, activation: number): Promise<Evidence>;
}

/** Opens the photographs and the second model that flags name, each once. */
export async function openEvidence(
  flags: Pick<VisualizeFlags, 'evidence' | 'second' | 'device'>,
  model: Model,
  [channels, height, width]: PictureSize,
): Promise<EvidenceSource> {
  const files = flags.evidence === undefined ? [] : await listPictures([flags.evidence]);
  const photos: Float32Array[] = [];
  for (const { path } of files) photos.push(fitPicture(await readPicture(path), model));
  const second = flags.second === undefined ? undefined : await loadModel(flags.second, { device: flags.device });
  return {
    async of(unit, data, activation) {
      const picture = { data, channels, height, width };
      const fitted = fitPicture(picture, model);
      const plain = await model.predictPlain(fitted);
      const { slope, ...spectrum } = await spectrumOf(data, { channels, height, width, device: model.device });
      const values = photos.length === 0 ? [] : await activations(model, unit.objective, [fitted, ...photos]);
      return {
        activation,
        answer: { name: model.className(plain.label), probability: plain.probabilities[plain.label]! },
        slope,
        naturalSlope,
        spectrum,
        ...(values.length === 0
          ? {}
          : { photos: photos.length, percentile: percentileOf(values[0]!, values.slice(1)) }),
        ...(second === undefined ? {} : { second: await answerOf(second, unit, fitPicture(picture, second)) }),
      };
    },
    async [Symbol.asyncDispose]() {
      await second?.[Symbol.asyncDispose]();
    },
  };
}

async function answerOf(second: Model, unit: NamedUnit, picture: Float32Array): Promise<Evidence['second'] & object> {
  const { label, probabilities } = await second.predictPlain(picture);
  const own = unit.label === undefined ? -1 : (second.classNames?.indexOf(unit.name) ?? -1);
  return {
    model: second.name,
    name: second.className(label),
    probability: probabilities[label]!,
    ...(own === -1 || own === label ? {} : { ofUnit: probabilities[own]! }),
  };
}
