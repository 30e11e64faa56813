import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { packagedDirectory } from './packaged.ts'

/** A file of a published data set: where it lies below the data folder, where it comes from, and what has to come. */
export interface PublishedFile {
  readonly path: string
  /** Of one commit, so that it does not change. */
  readonly url: string
  /** Lower-case hex. */
  readonly sha256: string
}

const manifest = z.array(
  z.object({
    path: z.string().min(1),
    url: z.url(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
)

export async function readManifest(): Promise<PublishedFile[]> {
  return manifest.parse(JSON.parse(await readFile(`${packagedDirectory}manifest.json`, 'utf8')))
}

/** The files of a set that lies at `path`: one, or those of a folder. */
export function filesAt(files: readonly PublishedFile[], path: string): PublishedFile[] {
  return files.filter(file => file.path === path || file.path.startsWith(`${path}/`))
}

/** What is published together lies in one folder, and is fetched together: sets share files, and judges need labels. */
export function filesBeside(files: readonly PublishedFile[], path: string): PublishedFile[] {
  const [folder] = path.split('/')
  return files.filter(file => file.path.split('/')[0] === folder)
}
