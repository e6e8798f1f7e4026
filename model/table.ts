/**
 * A table that is asked with names out of a file. It has no prototype: asked for `constructor` or `__proto__` it has nothing, as for any
 * other name that is not in it.
 */
export function table<V>(entries: Readonly<Record<string, V>>): Readonly<Record<string, V>> {
  return Object.freeze(Object.assign(Object.create(null), entries));
}
