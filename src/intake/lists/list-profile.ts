import { z } from 'zod';
import { agencyOfCode } from '../../measures/agencies.js';
import { ownLists } from '../../measures/credit/list-entry.js';
import { layoutShape } from '../layout.js';
import { fieldsGiven, layoutFaults, unknownFields, type ProfileFault } from '../profile-faults.js';

/** Fields that a profile of list entries may fill; see `layout.ts` for the profile's own ones. */
export const listFields = [
  'number', 'list', 'ground', 'legalBasis', 'documentNo', 'severity', 'reason', 'district', 'subjectKind', 'subjectName', 'subjectCode',
  'informedOn', 'defenceUntil', 'heard', 'decidedOn', 'publishedOn', 'validFrom', 'validTo', 'repairFrom',
  'endKind', 'endedOn', 'endDocumentNo', 'endNote', 'sources', 'note',
] as const;

const text = z.string().min(1);

/** What a note of a register says of its entry. */
const noteKinds = ['REVOKED', 'PERMANENT', 'OTHER_NAME', 'OTHER_TERM'] as const;

const noteSchema = z.strictObject({
  /**
   * REVOKED: rescinded or overturned. PERMANENT: without end. OTHER_NAME: another spelling. OTHER_TERM: another official
   * list states other days, in the groups `from` and `to` of the pattern.
   */
  says: z.enum(noteKinds),
  /** A regular expression. */
  match: text,
});

/** An official register of another jurisdiction: its entries are adopted as they stand, with where they stand. */
const registerSchema = z.strictObject({
  organ: text,
  /** The register has no numbers: these fields together make one. */
  number: z.array(text).min(1),
  /** As `holder` of permits: these fields together name a subject within the scheme. */
  subject: z.strictObject({ scheme: text, fields: z.array(text).min(1) }),
  /** How the column of official lists is written: what stands between them, and the form of one. */
  sources: z.strictObject({ separator: text, form: text }),
  /** What notes mean; the first that fits counts. One that none fits makes its row doubtful. */
  notes: z.array(noteSchema),
});

/** The shape of a profile of list entries; what its parts say to each other is checked by `listFaults`. */
export const listProfileSchema = z.strictObject({
  ...layoutShape,
  holds: z.literal('list-entries'),
  register: registerSchema.optional(),
});

/** How the columns of one kind of file become list entries. Without `register` they are of the organ that is named at the import. */
export type ListProfile = z.infer<typeof listProfileSchema>;
export type RegisterProfile = z.infer<typeof registerSchema>;

/** Fields without which no row is an entry. The days of notice and decision are asked for with their clauses by the reader. */
const always = ['list', 'ground', 'legalBasis', 'documentNo', 'reason', 'subjectKind', 'subjectName', 'validFrom'] as const;

/** What the parts of a profile of list entries say against each other. */
export function listFaults(profile: ListProfile): readonly ProfileFault[] {
  const { register } = profile;
  const used = register ? [...register.number, ...register.subject.fields] : [];
  const faults = [...layoutFaults(profile, listFields, [...always, register ? 'sources' : 'number'], used)];
  if (!register) return faults;
  const known = fieldsGiven(profile);
  register.number.forEach((field, index) => faults.push(...unknownFields(`register.number[${index}]`, [field], known)));
  register.subject.fields.forEach((field, index) => faults.push(...unknownFields(`register.subject.fields[${index}]`, [field], known)));
  const organ = agencyOfCode(register.organ);
  if (organ === null || ownLists.has(organ.jurisdiction)) {
    faults.push({ path: 'register.organ', zh: '应为其他法域的登记机关代码，见 hub agencies', en: 'expected the code of a register of another jurisdiction: see hub agencies' });
  }
  const patterns = [['register.sources.form', register.sources.form], ...register.notes.map(({ match }, index) => [`register.notes[${index}].match`, match])] as const;
  for (const [path = '', pattern = ''] of patterns) {
    if (!isPattern(pattern)) faults.push({ path, zh: '不是有效的正则表达式', en: 'is no regular expression' });
  }
  return faults;
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').source !== '';
  } catch {
    return false;
  }
}
