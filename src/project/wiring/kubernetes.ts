import { parseYaml } from './compose.js'
import { textOf } from './deployment-files.js'
import { shortened } from './interpret.js'
import { workloads, type Place } from './wiring.js'

/** One container of a Kubernetes workload. */
export interface KubernetesContainer {
  readonly file: string
  /** What it is known by: its own name, its workload's, the last part of its image's. */
  readonly names: ReadonlySet<string>
  /** `command` and `args`, where it has a command of its own. */
  readonly command: readonly string[] | null
  readonly workdir: string | null
  readonly env: Readonly<Record<string, string>>
  readonly optionsPlace: Place | null
  /** The annotation by which the OpenTelemetry Operator puts its agent into the pod. */
  readonly injected: Place | null
  readonly place: Place
}

/**
 * The containers of the workloads of a manifest. A Helm template is no YAML before it is rendered, and gives none.
 * Source: kubernetes.io/docs/reference/kubernetes-api/workload-resources, and for the annotation
 * opentelemetry.io/docs/platforms/kubernetes/operator/automatic.
 */
export function readKubernetes(file: string): readonly KubernetesContainer[] {
  const text = textOf(file)
  const known = manifests.get(file)
  if (known?.text === text) return known.containers
  const containers = parts(text).flatMap(({ text: part, line }) => containersOf(record(parseYaml(part)), file, part, line))
  manifests.set(file, { text, containers })
  return containers
}

/** Every package of a workspace asks for the same manifests. */
const manifests = new Map<string, { text: string; containers: readonly KubernetesContainer[] }>()

/** The documents of a file, each with the line that it begins at. */
function parts(text: string): { text: string; line: number }[] {
  let line = 1
  return text.split(/^---.*$/mu).map(part => {
    const own = { text: part, line }
    line += part.split('\n').length - 1
    return own
  })
}

function containersOf(document: Record<string, unknown>, file: string, text: string, line: number): KubernetesContainer[] {
  const { kind } = document
  if (typeof kind !== 'string' || !workloads.includes(kind)) return []
  const spec = record(document['spec'])
  const pod = kind === 'Pod' ? document : record((kind === 'CronJob' ? record(record(spec['jobTemplate'])['spec']) : spec)['template'])
  const annotations = { ...record(record(document['metadata'])['annotations']), ...record(record(pod['metadata'])['annotations']) }
  const inject = annotations['instrumentation.opentelemetry.io/inject-nodejs']
  const place = (word: string): Place => {
    const at = text.split('\n').findIndex(one => one.includes(word))
    return { file, line: line + Math.max(at, 0), text: shortened(text.split('\n')[at] ?? word) }
  }
  const injected = inject === true || (typeof inject === 'string' && inject !== 'false') ? place('inject-nodejs') : null
  return list(record(pod['spec'])['containers']).map(record).map(container => {
    const env = Object.fromEntries(list(container['env']).map(record).flatMap(({ name, value }) => (typeof name === 'string' && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') ? [[name, String(value)]] : [])))
    const image = typeof container['image'] === 'string' ? container['image'].split('/').at(-1)?.replace(/[:@].*$/u, '') : undefined
    const names = [container['name'], record(document['metadata'])['name'], image].filter(name => typeof name === 'string')
    const command = words(container['command'])
    return {
      file,
      names: new Set(names),
      command: command.length > 0 ? [...command, ...words(container['args'])] : null,
      workdir: typeof container['workingDir'] === 'string' ? container['workingDir'] : null,
      env,
      optionsPlace: env['NODE_OPTIONS'] === undefined ? null : place('NODE_OPTIONS'),
      injected,
      place: place(command[0] ?? names[0] ?? kind),
    }
  })
}

function words(value: unknown): string[] {
  return list(value).filter(word => typeof word === 'string')
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
