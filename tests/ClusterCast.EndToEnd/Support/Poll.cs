using System.Diagnostics;

namespace ClusterCast.EndToEnd.Support;

/// <summary>Waits for what another process does and tells nobody.</summary>
internal static class Poll
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    public static Task UntilAsync(Func<bool> done, TimeSpan bound, Func<string> complaint) => UntilAsync(() => Task.FromResult(done()), bound, complaint);

    public static async Task UntilAsync(Func<Task<bool>> done, TimeSpan bound, Func<string> complaint)
    {
        var clock = Stopwatch.StartNew();
        while (!await done())
        {
            if (clock.Elapsed > bound)
            {
                Assert.Fail(complaint());
            }

            await Task.Delay(Interval);
        }
    }
}
