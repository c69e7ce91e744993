const SIDE = 128;
/** What the server takes, as a data URL. */
const MAX_LENGTH = 65_000;
const QUALITIES = [0.9, 0.7, 0.5, 0.3];

/** A small square picture from the middle of an image file, as a data URL. Null when the browser cannot read the file. */
export async function pictureFrom(file: Blob): Promise<string | null> {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (bitmap === null) return null;
  const canvas = document.createElement("canvas");
  canvas.width = SIDE;
  canvas.height = SIDE;
  const side = Math.min(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, SIDE, SIDE);
  bitmap.close();
  return QUALITIES.map((quality) => canvas.toDataURL("image/webp", quality)).find((url) => url.length < MAX_LENGTH) ?? null;
}
