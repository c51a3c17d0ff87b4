import * as z from 'zod';
import { API_VERSION, clusterSchema } from './schema.js';

/** The schema as editors read it. What only the engine can judge (a CIDR, a name) it does not have. */
export function clusterJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(clusterSchema, { io: 'input', target: 'draft-2020-12' });
  return { $schema, $id: `urn:${API_VERSION.replace('/', ':')}:Cluster`, title: `Cluster of ${API_VERSION}`, ...rest };
}
