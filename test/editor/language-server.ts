import { spawn } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

interface Place {
  readonly line: number
  readonly character: number
}
interface Range {
  readonly start: Place
  readonly end: Place
}
interface TextEdit {
  readonly range: Range
  readonly newText: string
}
export interface Diagnostic {
  readonly range: Range
  readonly message: string
  readonly code?: string
}
export interface Action {
  readonly title: string
  readonly kind?: string
  readonly command?: { readonly command: string; readonly arguments?: readonly unknown[] }
  readonly edit?: WorkspaceEdit
}
interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** VS Code's ESLint language server on one folder, asked as an editor asks it (Language Server Protocol 3.17). */
export interface Editor {
  open(file: string, text: string): void
  /** The squiggles that the file has now. */
  diagnostics(file: string): Promise<readonly Diagnostic[]>
  actions(file: string, diagnostic: Diagnostic): Promise<readonly Action[]>
  /** Does what a click on the action does; returns the text that the file has then, and tells the server of it. */
  apply(file: string, action: Action): Promise<string>
  /** What the editor does before it saves, with fix-on-save: returns the text that is saved, and tells the server of it. */
  fixOnSave(file: string): Promise<string>
  close(): Promise<void>
}

const server = path.resolve(import.meta.dirname, '../../node_modules/vscode-langservers-extracted/bin/vscode-eslint-language-server')
const answerTimeoutMs = 100_000

/** What VS Code's extension has as its defaults; the server reads all of it and has no defaults of its own. */
const settings = {
  validate: 'on',
  packageManager: 'npm',
  useESLintClass: true,
  useFlatConfig: true,
  experimental: { useFlatConfig: false },
  codeAction: { disableRuleComment: { enable: true, location: 'separateLine' }, showDocumentation: { enable: true } },
  codeActionOnSave: { mode: 'all' },
  format: false,
  quiet: false,
  onIgnoredFiles: 'off',
  options: {},
  rulesCustomizations: [],
  run: 'onType',
  problems: { shortenToSingleLine: false },
  nodePath: null,
  workingDirectory: { mode: 'location' },
}

export async function openEditor(folder: string): Promise<Editor> {
  const child = spawn(process.execPath, [server, '--stdio'], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] })
  const workspaceFolder = { name: 'shop', uri: pathToFileURL(folder).href }
  const texts = new Map<string, { text: string; version: number }>()
  const waiting = new Map<number, (answer: Message) => void>()
  const said: string[] = []
  let nextId = 1
  let onEdit: ((changes: Readonly<Record<string, readonly TextEdit[]>>) => void) | null = null

  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
  readMessages(child.stdout, (message) => {
    if (message.method === undefined) {
      if (message.id !== undefined) waiting.get(message.id)?.(message)
      return
    }
    if (message.method === 'window/logMessage') said.push(JSON.stringify(message.params))
    if (message.id === undefined) return
    send({ id: message.id, result: answer(message) })
  })

  function answer({ method, params }: Message): unknown {
    if (method === 'workspace/configuration') {
      return (params as { items: readonly unknown[] }).items.map(() => ({ ...settings, workspaceFolder }))
    }
    if (method === 'workspace/workspaceFolders') return [workspaceFolder]
    if (method === 'workspace/applyEdit') {
      const { edit } = params as { edit: WorkspaceEdit }
      onEdit?.(changesOf(edit))
      return { applied: true }
    }
    return null
  }

  function send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }

  function request<T>(method: string, params: unknown): Promise<T> {
    const id = nextId++
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`The language server did not answer ${method}. It said:\n${said.join('\n')}`))
      }, answerTimeoutMs)
      waiting.set(id, ({ result, error }) => {
        clearTimeout(timer)
        waiting.delete(id)
        if (error === undefined) resolve(result as T)
        else reject(new Error(`${method}: ${error.message}\n${said.join('\n')}`))
      })
      send({ id, method, params })
    })
  }

  function change(uri: string, edits: readonly TextEdit[]): string {
    const document = texts.get(uri)
    if (document === undefined) throw new Error(`${uri} is not open`)
    const text = edited(document.text, edits)
    const version = document.version + 1
    texts.set(uri, { text, version })
    send({ method: 'textDocument/didChange', params: { textDocument: { uri, version }, contentChanges: [{ text }] } })
    return text
  }

  const uriOf = (file: string): string => pathToFileURL(path.join(folder, file)).href

  await request('initialize', {
    processId: process.pid,
    rootUri: workspaceFolder.uri,
    workspaceFolders: [workspaceFolder],
    capabilities: {
      workspace: { configuration: true, workspaceFolders: true, applyEdit: true, workspaceEdit: { documentChanges: true } },
      textDocument: { diagnostic: { dynamicRegistration: false }, codeAction: {} },
    },
  })
  send({ method: 'initialized', params: {} })

  return {
    open(file, text) {
      texts.set(uriOf(file), { text, version: 1 })
      send({
        method: 'textDocument/didOpen',
        params: { textDocument: { uri: uriOf(file), languageId: 'typescript', version: 1, text } },
      })
    },
    async diagnostics(file) {
      const report = await request<{ items?: readonly Diagnostic[] }>('textDocument/diagnostic', {
        textDocument: { uri: uriOf(file) },
      })
      return report.items ?? []
    },
    async actions(file, diagnostic) {
      return request('textDocument/codeAction', {
        textDocument: { uri: uriOf(file) },
        range: diagnostic.range,
        context: { diagnostics: [diagnostic], triggerKind: 1 },
      })
    },
    async apply(file, action) {
      const uri = uriOf(file)
      const edits = new Promise<readonly TextEdit[]>((resolve) => {
        onEdit = (changes) => {
          resolve(changes[uri] ?? [])
        }
      })
      await request('workspace/executeCommand', { command: action.command?.command, arguments: action.command?.arguments })
      return change(uri, await edits)
    },
    async fixOnSave(file) {
      const uri = uriOf(file)
      const start = { line: 0, character: 0 }
      const actions = await request<readonly Action[]>('textDocument/codeAction', {
        textDocument: { uri },
        range: { start, end: start },
        context: { diagnostics: [], only: ['source.fixAll.eslint'], triggerKind: 2 },
      })
      return change(uri, actions.flatMap(({ edit }) => (edit === undefined ? [] : (changesOf(edit)[uri] ?? []))))
    },
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      await request('shutdown', undefined).catch(() => undefined)
      send({ method: 'exit' })
      const timer = setTimeout(() => child.kill('SIGKILL'), 2_000)
      await gone
      clearTimeout(timer)
    },
  }
}

interface WorkspaceEdit {
  readonly changes?: Readonly<Record<string, readonly TextEdit[]>>
  readonly documentChanges?: readonly { readonly textDocument: { readonly uri: string }; readonly edits: readonly TextEdit[] }[]
}

function changesOf({ changes, documentChanges = [] }: WorkspaceEdit): Readonly<Record<string, readonly TextEdit[]>> {
  return { ...changes, ...Object.fromEntries(documentChanges.map(({ textDocument, edits }) => [textDocument.uri, edits])) }
}

/** Applies edits as the protocol has them: ranges of the old text, which do not overlap. */
function edited(text: string, edits: readonly TextEdit[]): string {
  const lines = text.split('\n')
  const offsetOf = ({ line, character }: Place) =>
    lines.slice(0, line).reduce((offset, each) => offset + each.length + 1, 0) + character
  return edits
    .map(({ range, newText }) => ({ start: offsetOf(range.start), end: offsetOf(range.end), newText }))
    .sort((a, b) => b.start - a.start)
    .reduce((result, { start, end, newText }) => result.slice(0, start) + newText + result.slice(end), text)
}

function readMessages(stream: NodeJS.ReadableStream, onMessage: (message: Message) => void): void {
  let rest = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const headerEnd = rest.indexOf('\r\n\r\n')
      const length = /Content-Length: (\d+)/i.exec(rest.subarray(0, Math.max(headerEnd, 0)).toString())?.[1]
      if (headerEnd < 0 || length === undefined) return
      const end = headerEnd + 4 + Number(length)
      if (rest.length < end) return
      onMessage(JSON.parse(rest.subarray(headerEnd + 4, end).toString()) as Message)
      rest = rest.subarray(end)
    }
  })
}
