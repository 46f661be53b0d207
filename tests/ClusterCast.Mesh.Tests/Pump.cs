using ClusterCast.Mesh.Publishing;

namespace ClusterCast.Mesh.Tests;

/// <summary>A live source: a part every 20 ms until it is disposed.</summary>
internal sealed class Pump : IAsyncDisposable
{
    private readonly PeriodicTimer _timer = new(TimeSpan.FromMilliseconds(20));
    private readonly Task _work;

    private Pump(MeshWorld world, Publisher publisher, int partsPerWindow) => _work = Task.Run(async () =>
    {
        do
        {
            world.Add(publisher, partsPerWindow: partsPerWindow);
        }
        while (await _timer.WaitForNextTickAsync());
    });

    public static Pump Start(MeshWorld world, Publisher publisher, int partsPerWindow = 100) => new(world, publisher, partsPerWindow);

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _work;
    }
}
