import { registerEnumType } from 'type-graphql';

export const OrderDirection = { ASC: 'ASC', DESC: 'DESC' } as const;
export type OrderDirection = keyof typeof OrderDirection;

registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: '排序方向 · Direction of an order.',
  valuesConfig: { ASC: { description: '升序 · Ascending.' }, DESC: { description: '降序 · Descending.' } },
});
