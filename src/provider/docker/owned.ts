import { LABELS } from '../../nodes/labels.js';
import type { OwnedFilter } from '../types.js';

/** The API's filters for our own objects, by labels only. `alsoPresent` names a label that must be there too. */
export function labelFilters(filter: OwnedFilter, alsoPresent?: string): { label: string[] } {
  const label = [filter.cluster === undefined ? LABELS.cluster : `${LABELS.cluster}=${filter.cluster}`];
  if (filter.run !== undefined) label.push(`${LABELS.run}=${filter.run}`);
  if (alsoPresent !== undefined) label.push(alsoPresent);
  return { label };
}
