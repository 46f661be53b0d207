// Video frames of an FLV stream, each with the moment at which its last byte was there.
import { appendFileSync } from 'node:fs';

/** Follows a stream of FLV; `frames` grows by `{ at, pts, key }`. What came is kept in `file`, if one is given. */
export function followFlv(stream, file) {
  const frames = [];
  let rest = Buffer.alloc(0);
  let begun = false;
  stream.on('data', (chunk) => {
    const at = performance.now();
    if (file) appendFileSync(file, chunk);
    rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    if (!begun) {
      if (rest.length < 13) return;
      rest = rest.subarray(13);
      begun = true;
    }
    for (;;) {
      if (rest.length < 11) return;
      const length = rest.readUIntBE(1, 3);
      if (rest.length < 11 + length + 4) return;
      if (rest[0] === 9 && rest[12] === 1) frames.push({ at, pts: rest.readUIntBE(4, 3) | (rest[7] << 24), key: rest[11] >> 4 === 1 });
      rest = rest.subarray(11 + length + 4);
    }
  });
  return frames;
}
