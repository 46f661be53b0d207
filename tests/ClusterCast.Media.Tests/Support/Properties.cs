using FsCheck;
using FsCheck.Fluent;

namespace ClusterCast.Media.Tests.Support;

/// <summary>Properties with a fixed seed, so that every run tries the same cases.</summary>
public static class Properties
{
    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithReplay(20261121UL, 7UL).WithMaxTest(200).WithQuietOnSuccess(true);

    public static void Hold<T>(Gen<T> cases, Func<T, bool> holds) => Prop.ForAll(cases.ToArbitrary(), holds).Check(Fixed);

    public static Gen<byte[]> ByteArrays(int longest) =>
        from length in Gen.Choose(0, longest)
        from seed in Gen.Choose(0, int.MaxValue)
        select Fill(length, seed);

    private static byte[] Fill(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
