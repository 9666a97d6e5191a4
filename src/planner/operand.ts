/** How a read uses a field beside showing it. */
export type OperandForm = 'LOOK_UP' | 'FILTER' | 'ORDER' | 'GROUP' | 'MEASURE';
