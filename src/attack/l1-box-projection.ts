/**
 * @file The nearest change within an l1 ball that keeps the picture in [0, 1] (Croce and Hein 2021, "Mind the box", proposition 2.1). Their
 * code sorts the corners of the dual's derivative; here its root is found by Newton's method inside a bracket, which ends exactly, since
 * it is made of straight pieces.
 */

/**
 * The change u nearest to v in l2 with |u|_1 <= epsilon and x0 + u in [0, 1]: u_i = sign(v_i) min(max(|v_i| - lambda, 0), room_i).
 * @param v a change of x0; where it may not change, v is 0
 */
export function ontoL1Box(v: Float32Array, x0: Float32Array, epsilon: number): Float32Array {
  const size = v.length;
  const room = new Float64Array(size);
  let [whole, largest] = [0, 0];
  for (let i = 0; i < size; i++) {
    const change = v[i]!;
    const length = Math.abs(change);
    room[i] = Math.max(0, change > 0 ? 1 - x0[i]! : x0[i]!);
    whole += Math.min(length, room[i]!);
    if (length > largest) largest = length;
  }
  const lambda = whole <= epsilon ? 0 : rootOf(v, room, epsilon, largest);
  const u = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const kept = Math.min(Math.max(Math.abs(v[i]!) - lambda, 0), room[i]!);
    u[i] = v[i]! < 0 ? -kept : kept;
  }
  return u;
}

/** More than the pieces that Newton's method has been seen to visit by far; each halving of the bracket counts as one. */
const mostIterations = 200;

/** The lambda at which the l1 norm is epsilon. It falls with lambda from more than epsilon at 0 to 0 at the largest change. */
function rootOf(v: Float32Array, room: Float64Array, epsilon: number, largest: number): number {
  let [low, high] = [0, largest];
  let lambda = 0;
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    let [norm, slope] = [0, 0];
    for (let i = 0; i < v.length; i++) {
      const left = Math.abs(v[i]!) - lambda;
      if (left <= 0) continue;
      if (left < room[i]!) {
        norm += left;
        slope++;
      } else norm += room[i]!;
    }
    const over = norm - epsilon;
    if (Math.abs(over) <= 1e-12 * epsilon) return lambda;
    if (over > 0) low = lambda;
    else high = lambda;
    const newton = lambda + over / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (next === lambda) return lambda;
    lambda = next;
  }
  return high;
}
