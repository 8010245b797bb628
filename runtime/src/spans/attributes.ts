import type { AttributeValue, Link, Span, TimeInput } from '@opentelemetry/api'

/**
 * The keys that the policy allows. Empty until `spanguard build-policy` writes its declaration, which adds to it:
 *
 * ```ts
 * declare module '@spanguard/runtime' {
 *   interface PolicyKeys { 'payment.amount': true; [key: `order.${string}`]: true }
 *   interface DeniedKeys { 'order.note': true }
 * }
 * ```
 *
 * While it is empty every key compiles, and what is not listed is redacted at export.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it is there to be augmented
export interface PolicyKeys {}

/** What a namespace of `PolicyKeys` would allow and the policy denies. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it is there to be augmented
export interface DeniedKeys {}

/** The keys that compile; `DeniedKeys` are told apart where a key is used, since a template type has no exceptions. */
// eslint-disable-next-line @typescript-eslint/no-redundant-type-constituents -- `never` only while nothing is declared
export type AttributeKey = [keyof PolicyKeys] extends [never] ? string : keyof PolicyKeys & string

/** The key itself where the policy lists it, else `never`. */
export type ListedKey<K> = K extends keyof DeniedKeys ? never : K extends AttributeKey ? K : never

/** An attribute object as given, each unlisted key an error, also where it comes through a variable. */
export type ListedAttributes<A> = { [K in keyof A]: [ListedKey<K>] extends [never] ? never : AttributeValue | undefined }

/** What any listed attributes fit in, for variables that are declared with a type. */
export type AnyListedAttributes = { [K in AttributeKey]?: AttributeValue | undefined }

/** A link, its keys typed by the policy. */
export interface ListedLink<A = AnyListedAttributes> extends Omit<Link, 'attributes'> {
  attributes?: ListedAttributes<A>
}

/** The span that `withSpan` hands over: the API's, its keys typed by the policy. */
export interface ListedSpan extends Span {
  setAttribute<const K extends string>(key: K & ListedKey<K>, value: AttributeValue): this
  setAttributes<const A>(attributes: ListedAttributes<A>): this
  addEvent<const A>(name: string, attributes?: ListedAttributes<A> | TimeInput, time?: TimeInput): this
  addLink<const A>(link: ListedLink<A>): this
  addLinks(links: ListedLink[]): this
}
