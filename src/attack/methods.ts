/** @file All attacks by name. */

import { almaMethod } from './alma.ts';
import { apgdCeMethod, apgdDlrMethod } from './apgd.ts';
import { apgdTMethod } from './apgd-targeted.ts';
import { autoattackMethod } from './autoattack.ts';
import { bimMethod } from './bim.ts';
import { boundaryMethod } from './boundary.ts';
import { brendelBethgeMethod } from './brendel-bethge.ts';
import { cwMethod } from './cw.ts';
import { ddnMethod } from './ddn.ts';
import { deepfoolMethod } from './deepfool.ts';
import { eadMethod } from './ead.ts';
import { fabMethod, fabTMethod } from './fab.ts';
import { fgsmMethod } from './fgsm.ts';
import { fmnMethod } from './fmn.ts';
import { geodaMethod } from './geoda.ts';
import { hopskipjumpMethod } from './hopskipjump.ts';
import { jsmaMethod } from './jsma.ts';
import type { AttackMethod } from './method.ts';
import { nesMethod } from './nes.ts';
import { onePixelMethod } from './one-pixel.ts';
import { pdgdMethod } from './pdgd.ts';
import { pdpgdMethod } from './pdpgd.ts';
import { pgdMethod } from './pgd.ts';
import { AttackError } from './result.ts';
import { sigmaZeroMethod } from './sigma-zero.ts';
import { simbaMethod } from './simba.ts';
import { sparsefoolMethod } from './sparsefool.ts';
import { spsaMethod } from './spsa.ts';
import { squareMethod } from './square.ts';
import { superdeepfoolMethod } from './superdeepfool.ts';
import { transferMethods } from './transfer-methods.ts';

/** The registry, attacks of a kind together. */
export const attackMethods: readonly AttackMethod[] = [
  fgsmMethod,
  bimMethod,
  pgdMethod,
  apgdCeMethod,
  apgdDlrMethod,
  apgdTMethod,
  autoattackMethod,
  ddnMethod,
  fabMethod,
  fabTMethod,
  deepfoolMethod,
  superdeepfoolMethod,
  brendelBethgeMethod,
  sparsefoolMethod,
  squareMethod,
  simbaMethod,
  nesMethod,
  spsaMethod,
  onePixelMethod,
  jsmaMethod,
  hopskipjumpMethod,
  boundaryMethod,
  geodaMethod,
  fmnMethod,
  sigmaZeroMethod,
  pdpgdMethod,
  pdgdMethod,
  almaMethod,
  cwMethod,
  eadMethod,
  ...transferMethods,
];

/** An attack by its name. @throws AttackError listing the names where there is none */
export function methodNamed(name: string): AttackMethod {
  const found = attackMethods.find((method) => method.name === name);
  if (found !== undefined) return found;
  throw new AttackError(`There is no attack "${name}". Attacks: ${attackMethods.map((one) => one.name).join(', ')}.`);
}
