import { type SpanOptions, withSpan } from './with-span.js'

/** What `@Traced()` gives: a decorator of methods, of the standard kind and of TypeScript's older one. */
export interface TracedDecorator {
  /** Standard decorators (TypeScript 5, Babel's `2023-11`). */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the constraint of TypeScript's own ClassMethodDecoratorContext
  <This, Method extends (this: This, ...parameters: any) => any>(method: Method, context: ClassMethodDecoratorContext<This, Method>): Method
  /** `experimentalDecorators`, as NestJS and TypeORM want them. */
  <Method extends (...parameters: never[]) => unknown>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<Method>): void
}

/**
 * Decorates a method so that each of its calls runs inside a span, as {@link withSpan} has it: what it returns is what the
 * method returns, a value stays a value, and what it throws is recorded and thrown on. The span is the active one in the
 * method (`trace.getActiveSpan()`); its arguments are never recorded.
 *
 * @param name the span's name, `payment.process`
 * @param options attributes that are the same for every call; keys are typed by the policy
 * @throws TypeError when what it decorates is no method
 */
export function Traced(name: string): TracedDecorator
export function Traced<const A>(name: string, options: SpanOptions<A>): TracedDecorator
export function Traced(name: string, options: SpanOptions = {}): TracedDecorator {
  return function decorate(target: unknown, place: unknown, descriptor?: PropertyDescriptor) {
    if (isStandardContext(place)) {
      if (place.kind !== 'method' || typeof target !== 'function') throw notAMethod(name, place.name)
      return traced(name, options, target as Method)
    }
    const method: unknown = descriptor?.value
    if (descriptor === undefined || typeof method !== 'function') throw notAMethod(name, place)
    descriptor.value = traced(name, options, method as Method)
    return undefined
  } as TracedDecorator
}

type Method = (this: unknown, ...parameters: unknown[]) => unknown

/** What stands where a decorated method stood: of the same name and number of parameters, with the metadata that frameworks put on it. */
function traced(name: string, options: SpanOptions, method: Method): Method {
  function run(this: unknown, ...parameters: unknown[]): unknown {
    return withSpan(name, options, () => method.apply(this, parameters))
  }
  for (const property of ['name', 'length'] as const) Object.defineProperty(run, property, { value: method[property], configurable: true })
  copyMetadata(method, run)
  return run
}

interface MetadataReflect {
  getOwnMetadataKeys?(target: object): unknown[]
  getOwnMetadata?(key: unknown, target: object): unknown
  defineMetadata?(key: unknown, value: unknown, target: object): void
}

/** By `reflect-metadata`, where an application has it: NestJS knows a method's route by it. */
function copyMetadata(from: object, to: object): void {
  const reflect = Reflect as MetadataReflect
  for (const key of reflect.getOwnMetadataKeys?.(from) ?? []) reflect.defineMetadata?.(key, reflect.getOwnMetadata?.(key, from), to)
}

function isStandardContext(place: unknown): place is { readonly kind: string; readonly name: string | symbol } {
  return typeof place === 'object' && place !== null && 'kind' in place
}

function notAMethod(name: string, place: unknown): TypeError {
  return new TypeError(`@Traced(${JSON.stringify(name)}) stands at ${String(place)}, which is no method: decorate a method, or use withSpan inside`)
}
