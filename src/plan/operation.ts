/**
 * A plan is data: what will be done, under which heading, and what each operation waits for.
 * It is computed without contacting anything (so it can be shown, tested and compared), holds no secret,
 * and the executor that runs it decides nothing.
 */
export interface Operation {
  /** `<kind>/<subject>`, unique within the plan. */
  readonly id: string;
  /** Which handler carries it out; published as the event's stage. */
  readonly kind: string;
  /** Id of the heading that it is shown under. */
  readonly group: string;
  /** For people: `Creating node demo-worker-0`. */
  readonly title: string;
  /** Ids of operations that must have succeeded before this one starts. */
  readonly needs: readonly string[];
  /** Ids of operations that must have ended, well or badly, before this one starts. */
  readonly after?: readonly string[];
  /** A failure is recorded, and only what needs this operation is skipped; the rest goes on. */
  readonly tolerant?: boolean;
}

export interface PlanGroup {
  readonly id: string;
  readonly title: string;
}

export interface Plan<Op extends Operation = Operation> {
  readonly groups: readonly PlanGroup[];
  readonly operations: readonly Op[];
}

export function operationId(kind: string, subject: string): string {
  return `${kind}/${subject}`;
}
