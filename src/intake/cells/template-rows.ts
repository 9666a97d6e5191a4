/** Beginnings of lines that explain a template or sign it: 表格说明, 注：, 示例：, 填报人：. */
const explanation = /^[\s*※【[(（]*(?:(?:表格|填表|填写|填报|字段|数据项)?说明|备?注|示例|样例|例|模板)[\s】\])）]*[:：]|^[\s*※【[(（]*(?:表格|填表|填写|填报|字段|数据项)说明/;
const signature = /^(?:填报|填表|制表|审核|联系)(?:人|单位|日期|时间)\s*[:：]/;

/** What stands under a header to say how a column is to be filled. */
const instruction = /必填|选填|非必填|请填写|请按|填写.{0,20}(?:格式|代码|全称|说明)|字符型|日期型|数值型|文本型|长度|YYYY|yyyy|示例|例如/;

/**
 * Whether a row belongs to the template rather than to the data: a line of explanation or signature, or a row of
 * instructions (at least three cells, and half of those filled, tell how to fill their column).
 */
export function isTemplateRow(cells: readonly string[]): boolean {
  const first = cells.find((cell) => cell.trim() !== '')?.trim() ?? '';
  if (explanation.test(first) || signature.test(first)) return true;
  if (!cells.some((cell) => instruction.test(cell))) return false;
  const filled = cells.filter((cell) => cell.trim() !== '');
  const telling = filled.filter((cell) => instruction.test(cell)).length;
  return telling >= 3 && telling * 2 >= filled.length;
}
