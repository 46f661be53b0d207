using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Tests.Support;

/// <summary>Codec configurations that x264 wrote, and made-up samples.</summary>
public static class Samples
{
    public static readonly byte[] AvcRecord = Convert.FromHexString("0142c00dffe100176742c00dda05067e7c0440000003004000000f03c50aa801000468ce0fc8"); // 320 x 180
    public static readonly byte[] AvcCropped = Convert.FromHexString("0164001effe1001a6764001eacd940a02ff9b0110000030001000003003c0f162d9601000468ef8fcbfdf8f800"); // 640 x 358, High
    public static readonly byte[] AvcInterlaced = Convert.FromHexString("0164001effe100186764001eacd940b424d8088000000300800000190f8a14cb01000468fe8fcbfdf8f800"); // 720 x 576
    public static readonly byte[] Avc444 = Convert.FromHexString("01f4000dffe1001a67f4000d919681419f8dc044000003000400000300f03c50aa8001000568ce0f1920fff8f800");
    public static readonly byte[] AacStereo48 = [0x11, 0x90];
    public static readonly byte[] AacFiveOne48 = [0x11, 0xB0];

    /// <summary>One length-prefixed NAL unit.</summary>
    public static byte[] Nal(bool idr, int size = 100)
    {
        var bytes = new byte[4 + size];
        (bytes[2], bytes[3], bytes[1]) = ((byte)(size >> 8), (byte)size, (byte)(size >> 16));
        bytes[4] = idr ? (byte)0x65 : (byte)0x41;
        return bytes;
    }

    public static MediaSample Video(long ms, bool idr, int size = 100, int composition = 0, long arrival = 0) =>
        new(MediaKind.Video, PooledBytes.Copy(Nal(idr, size)), 0, unchecked((uint)ms), composition, idr, arrival);

    public static MediaSample Audio(long ms, int size = 20) => new(MediaKind.Audio, PooledBytes.Copy(new byte[size]), 0, unchecked((uint)ms), 0, true, 0);
}
