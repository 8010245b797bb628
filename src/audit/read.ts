import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

import { readJson } from './read-json.js'
import { readProtobuf } from './read-protobuf.js'
import { AuditError, type RecordedSpan } from './spans.js'

/** Where recorded spans are read from: a file's path, or bytes that were read already. */
export type Source = { readonly file: string } | { readonly bytes: Uint8Array; readonly name: string }

/** Longer files do not fit into one text of JavaScript, in bytes. */
const maxBytes = 500 * 1024 * 1024

/**
 * Reads OTLP: JSON (a document, or one on each line) or protobuf, gzipped or not, told apart by their first bytes.
 *
 * @throws AuditError when the source cannot be read or is no OTLP
 */
export function readSpans(source: Source): RecordedSpan[] {
  const name = 'file' in source ? source.file : source.name
  const bytes = unzip('file' in source ? readBytes(source.file) : source.bytes, name)
  if (bytes.length > maxBytes) throw new AuditError(`${name} is larger than 500 MB: give a part of it (split -C 400m FILE for JSON lines).`)
  // A byte order mark, or space, before the brace; a protobuf message begins with a field's number (0x0a) and a length.
  const first = bytes.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0xef && byte !== 0xbb && byte !== 0xbf)
  if (first === undefined) throw new AuditError(`${name} is empty: give OTLP as JSON or protobuf.`)
  const isJson = first === 0x7b || first === 0x5b || (first === 0x0a && /^\s*[[{]/u.test(Buffer.from(bytes.subarray(0, 64)).toString('utf8')))
  return isJson ? readJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').replace(/^\uFEFF/u, ''), name) : readProtobuf(bytes, name)
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new AuditError(`${file} cannot be read (${error instanceof Error ? error.message.replace(/,.*$/su, '') : String(error)}): give a file with OTLP, - for the standard input, or the URL of a Tempo.`)
  }
}

function unzip(bytes: Uint8Array, name: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes)
  } catch (error) {
    throw new AuditError(`${name} begins as gzip and cannot be unpacked (${error instanceof Error ? error.message : String(error)}): it is cut or damaged.`)
  }
}
