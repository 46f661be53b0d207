const RATE = 8_000;
const SAMPLES = 80;
const HEADER = 44;

/** Ten milliseconds of silence (RIFF WAVE, 8 bits, one channel). */
function silence(): Blob {
  const wave = new DataView(new ArrayBuffer(HEADER + SAMPLES));
  const text = (at: number, value: string): void => { for (let i = 0; i < value.length; i++) wave.setUint8(at + i, value.charCodeAt(i)); };
  text(0, "RIFF");
  wave.setUint32(4, HEADER - 8 + SAMPLES, true);
  text(8, "WAVEfmt ");
  wave.setUint32(16, 16, true);
  wave.setUint16(20, 1, true);
  wave.setUint16(22, 1, true);
  wave.setUint32(24, RATE, true);
  wave.setUint32(28, RATE, true);
  wave.setUint16(32, 1, true);
  wave.setUint16(34, 8, true);
  text(36, "data");
  wave.setUint32(40, SAMPLES, true);
  for (let i = HEADER; i < HEADER + SAMPLES; i++) wave.setUint8(i, 0x80);
  return new Blob([wave], { type: "audio/wav" });
}

/**
 * Lets the browser start its sound output, which some begin with the first sound only (Chromium: a process, 110 ms) and without which no picture of a stream
 * with sound is decoded. Nothing is played.
 */
export function wakeSound(): void {
  const url = URL.createObjectURL(silence()), audio = new Audio();
  const over = (): void => {
    audio.removeAttribute("src");
    audio.load();
    URL.revokeObjectURL(url);
  };
  audio.muted = true;
  audio.preload = "auto";
  audio.addEventListener("canplaythrough", over, { once: true });
  audio.addEventListener("error", () => URL.revokeObjectURL(url), { once: true });
  audio.src = url;
}
