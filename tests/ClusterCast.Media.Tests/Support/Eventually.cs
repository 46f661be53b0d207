namespace ClusterCast.Media.Tests.Support;

/// <summary>Waits for what another task brings about.</summary>
public static class Eventually
{
    public static async Task HoldsAsync(Func<bool> condition, Func<string>? otherwise = null)
    {
        using var limit = new CancellationTokenSource(Ffmpeg.Limit);
        while (!condition())
        {
            if (limit.IsCancellationRequested) Assert.Fail(otherwise?.Invoke() ?? "It did not come about in time.");
            await Task.Delay(5);
        }
    }
}
