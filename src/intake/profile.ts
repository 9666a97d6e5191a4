import { readdir, readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { IntakeError } from './intake-error.js';
import { listFaults, listProfileSchema, type ListProfile } from './lists/list-profile.js';
import { permitFaults, shapeFaults, type ProfileFault } from './profile-faults.js';
import { permitProfileSchema, type PermitProfile } from './profile-schema.js';

/** How the columns of one kind of file become records; `holds` says of which kind. One YAML file each. */
export type Profile = PermitProfile | ListProfile;

/** Name of the profile through which single decisions are pushed; files are never read with it unasked. */
const pushProfile = 'push';

// This module runs as dist/src/intake/profile.js; the YAML files stay with the sources, three folders up.
const folder = new URL('../../../src/intake/profiles/', import.meta.url);

/** What a profile says that its rows are; by it the rest is read. */
const kindSchema = z.looseObject({ holds: z.enum(['permits', 'list-entries']).default('permits') });

/** Faults that are shown at once: more than these come from one slip at the top of the file. */
const shownFaults = 10;

/**
 * Reads a profile: by name, one of src/intake/profiles; by path (with a slash, or ending in .yaml or .yml), any file.
 * Throws IntakeError IMPORT_PROFILE_UNKNOWN, or IMPORT_PROFILE_INVALID with the place in the YAML of every fault.
 */
export async function loadProfile(nameOrPath: string): Promise<Profile> {
  if (/[/\\]|\.ya?ml$/i.test(nameOrPath)) {
    const text = await readFile(nameOrPath, 'utf8').catch((cause: unknown) => {
      throw new IntakeError(
        'IMPORT_PROFILE_UNKNOWN',
        { zh: `无法读取导入配置 ${nameOrPath}，请检查路径。`, en: `The import profile ${nameOrPath} cannot be read: check its path.` },
        { cause },
      );
    });
    return readProfile(text, nameOrPath);
  }
  const names = await profileNames();
  if (!names.includes(nameOrPath)) {
    const list = names.join(', ');
    throw new IntakeError('IMPORT_PROFILE_UNKNOWN', {
      zh: `没有这个导入配置。可用的名称：${list}；自己的配置请写文件路径，例如 ./my-permits.yaml。`,
      en: `There is no such import profile. Names: ${list}; for one of your own give its path, for example ./my-permits.yaml.`,
    });
  }
  return readProfile(await readFile(new URL(`${nameOrPath}.yaml`, folder), 'utf8'), nameOrPath);
}

/** The profile of pushed decisions. */
export async function loadPushProfile(): Promise<PermitProfile> {
  const profile = await loadProfile(pushProfile);
  if (profile.holds !== 'permits') throw new Error('The profile of pushed decisions is none of permits.');
  return profile;
}

/** The profiles of src/intake/profiles that a file may be recognised by. */
export async function fileProfiles(): Promise<readonly Profile[]> {
  return Promise.all((await profileNames()).filter((name) => name !== pushProfile).map(loadProfile));
}

/** Reads the text of a profile; `name` is what faults are reported under. Throws IntakeError IMPORT_PROFILE_INVALID. */
export function readProfile(text: string, name: string): Profile {
  const document = parseDocument(text, { prettyErrors: true });
  const syntax = document.errors.map(({ message, linePos }): ProfileFault => {
    const at = linePos ? `line ${linePos[0].line}, column ${linePos[0].col}` : '';
    return { path: at, zh: '不是有效的 YAML', en: message.split('\n')[0] ?? message };
  });
  if (syntax.length > 0) throw invalid(name, syntax);
  const content: unknown = document.toJS();
  const kind = kindSchema.safeParse(content);
  if (!kind.success) throw invalid(name, shapeFaults(kind.error.issues));
  return kind.data.holds === 'permits'
    ? checked(name, permitProfileSchema.safeParse(content), permitFaults)
    : checked(name, listProfileSchema.safeParse(content), listFaults);
}

function checked<P extends Profile>(name: string, shape: z.ZodSafeParseResult<P>, faultsOf: (profile: P) => readonly ProfileFault[]): P {
  if (!shape.success) throw invalid(name, shapeFaults(shape.error.issues));
  const faults = faultsOf(shape.data);
  if (faults.length > 0) throw invalid(name, faults);
  return shape.data;
}

async function profileNames(): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files.filter((file) => file.endsWith('.yaml')).map((file) => file.slice(0, -'.yaml'.length)).sort();
}

function invalid(name: string, faults: readonly ProfileFault[]): IntakeError {
  const shown = faults.slice(0, shownFaults);
  const more = faults.length - shown.length;
  const list = shown.map(({ path, zh, en }) => `  ${path === '' ? '(root)' : path}: ${zh} · ${en}`);
  if (more > 0) list.push(`  … +${more}`);
  return new IntakeError('IMPORT_PROFILE_INVALID', {
    zh: `导入配置 ${name} 有 ${faults.length} 处错误，请更正后重试（说明见 docs/recipes/import-your-own-file.md）：`,
    en: `The import profile ${name} has ${faults.length} fault(s); correct them and try again (docs/recipes/import-your-own-file.md):\n${list.join('\n')}`,
  });
}
