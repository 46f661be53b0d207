// An hls.js viewer that measures itself as the player of ClusterCast does: the same clock, the same reader of time codes, the same notion of a stall.
import Hls from './hls.mjs';
import { GlassToGlass } from './player/glassToGlass.ts';
import { Stalls } from './stalls.js';

const { playlist, ...tuning } = JSON.parse(new URLSearchParams(location.search).get('watch'));
const video = document.querySelector('video');
const glass = new GlassToGlass();
const stalls = new Stalls(video);
let firstFrameMs = null;
let trouble = '';

const shown = (now, frame) => {
  if (firstFrameMs === null) {
    firstFrameMs = Math.round(now);
    stalls.begin();
  }
  glass.frame(video, Math.max(now, frame.expectedDisplayTime));
  video.requestVideoFrameCallback(shown);
};
video.requestVideoFrameCallback(shown);

const hls = new Hls(tuning);
hls.on(Hls.Events.ERROR, (_, { fatal, type, details }) => {
  if (!fatal) return;
  trouble = details;
  if (type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
  else hls.startLoad();
});
hls.loadSource(playlist);
hls.attachMedia(video);

/** The figures so far. */
window.figures = () => ({
  firstFrameMs,
  glassToGlassMs: glass.summary,
  stalls: stalls.count,
  droppedFrames: video.getVideoPlaybackQuality().droppedVideoFrames,
  trouble,
});
