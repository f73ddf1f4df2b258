/**
 * @file Spectra of pictures, perturbations and gradients: where in frequency their power lies, and the lines that strides leave in them.
 * @example
 * import { highShare, powerSpectrum, spectralLines, spectralSlope } from 'pareidolia/spectrum';
 * const spectrum = await powerSpectrum({ shape: [1, 3, 224, 224], pixels }, { window: 'hann' });
 * console.log(spectralSlope(spectrum).slope, highShare(spectrum), spectralLines(spectrum)[0]?.index);
 */
export { slopeRange } from '../prior/log-slope.ts';
export { bandAt, describeSpectrum, placeInBand, type SpectrumSummary } from './describe-spectrum.ts';
export {
  type GradientSpectrumOptions,
  gradientSpectrum,
  type LayerSpectrum,
  type LineOrigin,
  layerSpectra,
  lineOrigins,
} from './gradient-spectrum.ts';
export { type SpectralLines, type SpectralPeak, spectralLines, usualPeriods } from './lines.ts';
export { bandOf, type NaturalBand, naturalBand, relativePower } from './natural-band.ts';
export { naturalPictureBand } from './natural-band-data.ts';
export {
  meanSpectrum,
  type PictureBatch,
  type PowerSpectrum,
  type PowerSpectrumOptions,
  powerSpectra,
  powerSpectrum,
} from './power-spectrum.ts';
export {
  centroid,
  highShare,
  lowShare,
  type RadialSpectrum,
  radialSpectrum,
  type SpectralSlope,
  spectralSlope,
} from './radial.ts';
export { type RadialCurve, type RadialFigure, radialFigurePng, radialFigureSvg } from './radial-figure.ts';
export { randomTwin } from './random-twin.ts';
export { SpectrumError } from './spectrum-error.ts';
export { spectrumPicture } from './spectrum-picture.ts';
