// The numbers that tell groups of rows apart, as the domain mechanisms read them.
import { at, F64s } from './columns';
import { COMPONENT_DOMAIN, COMPONENT_LIMIT } from './layout';
import { Groups } from './records';

/** The group's number for a component. */
// @ts-ignore: decorator
@inline
export function numberIn(groups: Groups, group: u32, component: u32): f64 {
  return groups.numbers[group * COMPONENT_LIMIT + component];
}

/** Whether the component is the code of a domain that rows share. */
// @ts-ignore: decorator
@inline
export function isDomain(groups: Groups, component: u32): bool {
  return at(groups.components, component).kind == COMPONENT_DOMAIN;
}

/** What the group's domain holds by `amounts`; -Infinity where its nodes lack the label. */
// @ts-ignore: decorator
@inline
export function amountIn(groups: Groups, group: u32, component: u32, amounts: F64s): f64 {
  const number = numberIn(groups, group, component);
  if (!isDomain(groups, component)) return number;
  return number == 0 ? -Infinity : amounts[<u32>number];
}
