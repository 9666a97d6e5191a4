/** Where an entry has to be durable before its answer is released: in the hub's own folder, or in the database. */
export const evidenceModes = ['journal', 'database'] as const;

export type EvidenceMode = (typeof evidenceModes)[number];
