import { KindboxError } from '../errors/index.js';
import { printable } from '../errors/printable.js';
import { parseCidr } from '../nodes/cidr.js';

/** @throws KindboxError usage. The API server allows at most 20 bits of Service addresses, and needs some itself. */
export function validateServiceSubnet(cidr: string): void {
  const range = parseCidr(cidr);
  if (range === undefined) throw refusal(`"${printable(cidr)}" is not an IPv4 subnet`, 'It has the form 10.96.0.0/12.');
  if (range.bits < 12 || range.bits > 28) throw refusal(`The service subnet ${cidr} cannot be used`, 'Choose between /12 and /28.');
  if (range.address !== range.first) throw refusal(`The service subnet ${cidr} has bits set behind its prefix`);
}

function refusal(message: string, because?: string): KindboxError {
  return new KindboxError(message, { reason: 'usage', because });
}
