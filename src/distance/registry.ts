/** @file All distances by name. */
import { ciede2000, ciede2000Max } from './ciede2000.ts';
import { csf } from './csf.ts';
import { type Distance, DistanceError } from './distance.ts';
import { fsim, fsimc } from './fsim.ts';
import { gmsd, msGmsd, msGmsdc } from './gmsd.ts';
import { haarpsi } from './haarpsi.ts';
import { l0, l0Pixels, l1, l2, linf, psnr, rmse } from './lp.ts';
import { mdsi, mdsiMult } from './mdsi.ts';
import { msSsim, ssim, ssimDownsampled } from './ssim.ts';
import { vifp } from './vifp.ts';
import { vsi } from './vsi.ts';

/** Every distance that needs no model. */
export const distanceRegistry: readonly Distance[] = [
  l0,
  l0Pixels,
  l1,
  l2,
  linf,
  rmse,
  psnr,
  ssim,
  ssimDownsampled,
  msSsim,
  gmsd,
  msGmsd,
  msGmsdc,
  fsim,
  fsimc,
  vsi,
  vifp,
  haarpsi,
  mdsi,
  mdsiMult,
  ciede2000,
  ciede2000Max,
  csf,
];

/** The distance of a name. @throws DistanceError that lists the names there are */
export function distanceNamed(name: string): Distance {
  const found = distanceRegistry.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new DistanceError(
    `There is no distance "${name}"; there are ${distanceRegistry.map((one) => one.name).join(', ')}.`,
  );
}
