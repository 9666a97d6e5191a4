/** OpenCC's characters with a simplified form, as the package holds them: `traditional simplified|…`; it types its converters only. */
declare module 'opencc-js/dict/TSCharacters' {
  const pairs: string;
  export default pairs;
}
