using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace ClusterCast.Mesh.Tests;

/// <summary>FsCheck with a fixed seed: the same cases in every run.</summary>
internal static class Properties
{
    public static void Hold<T>(Gen<T> cases, Action<T> property, int times = 100) => Prop.ForAll(cases.ToArbitrary(), property).Check(
        Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(times).WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(20260101, 7), FSharpOption<int>.None))));

    /// <summary>Cases that are built from a seeded generator.</summary>
    public static void Hold(Action<Random> property, int times = 100) =>
        Hold(Gen.Choose(0, int.MaxValue - 1).Select(seed => seed), seed => property(new Random(seed)), times);
}
