using System.Net;
using ClusterCast.Protocol.Signing;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Nat.PortMapping;

/// <summary>
/// Has a router let in some ports of this node: by PCP, else by NAT-PMP, else by UPnP; renews at half of the life that the router gave, looks for a router again
/// after 10 minutes, and gives all back at the end.
/// </summary>
public sealed class PortMappingKeeper : IAsyncDisposable
{
    /// <summary>The life that is asked for.</summary>
    internal static readonly TimeSpan Life = TimeSpan.FromHours(1);

    private static readonly TimeSpan LeastLife = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ReleaseBound = TimeSpan.FromSeconds(3);

    private readonly IReadOnlyList<PortWish> _wishes;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly IReadOnlyList<IPortMapper> _mappers;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IPortMapper? _by;
    private Task _work = Task.CompletedTask;

    /// <summary>Asks by these ways, the best first.</summary>
    internal PortMappingKeeper(IReadOnlyList<PortWish> wishes, IReadOnlyList<IPortMapper> mappers, TimeProvider time, ILogger log)
    {
        _wishes = wishes;
        _mappers = mappers;
        _time = time;
        _log = log;
    }

    /// <summary>The ports that the router lets in now.</summary>
    public IReadOnlyList<MappedPort> Mapped { get; private set; } = [];

    /// <summary>The protocol by which they were mapped; null while none was.</summary>
    public string? Protocol => _by?.Name;

    /// <summary>Ends when the router was asked for the first time.</summary>
    public Task Tried => _tried.Task;

    /// <summary>What is mapped has changed. Handlers must not block.</summary>
    public event Action<IReadOnlyList<MappedPort>>? Changed;

    /// <summary>For the default gateway of this machine. <see cref="Start"/> asks it.</summary>
    public static PortMappingKeeper Create(IReadOnlyList<PortWish> wishes, TimeProvider time, IRandomSource random, ILogger log)
    {
        var router = PortMapping.Gateway.Default();
        var gateway = router is null ? null : new Gateway(new IPEndPoint(router, PortMapping.Gateway.Port), time);
        return new PortMappingKeeper(wishes, gateway is null ? [] : [new Pcp(gateway, random), new NatPmp(gateway), new UpnpIgd()], time, log);
    }

    /// <summary>Begins to ask.</summary>
    public void Start() => _work = Task.Run(KeepAsync);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _tried.TrySetResult();
        using (var bound = new CancellationTokenSource(ReleaseBound, _time))
        {
            foreach (var mapped in Mapped)
            {
                await _by!.UnmapAsync(mapped, bound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _log.LogInformation("Gave {Outside} back to the router", mapped.Outside);
            }
        }

        foreach (var mapper in _mappers)
        {
            mapper.Dispose();
        }

        _stop.Dispose();
    }

    private async Task KeepAsync()
    {
        while (true)
        {
            var mapped = await MapAsync();
            if (!mapped.Select(port => port.Outside).SequenceEqual(Mapped.Select(port => port.Outside)))
            {
                Tell(mapped);
                Mapped = mapped;
                Changed?.Invoke(mapped);
            }

            Mapped = mapped;
            _tried.TrySetResult();
            var life = mapped.Count == 0 ? 2 * LookAgain : mapped.Min(port => port.Life);
            await Task.Delay((life > LeastLife ? life : LeastLife) / 2, _time, _stop.Token);
        }
    }

    // By the way that worked before, else by the first that maps every port.
    private async Task<IReadOnlyList<MappedPort>> MapAsync()
    {
        foreach (var mapper in _by is null ? _mappers : [_by, .. _mappers.Where(mapper => mapper != _by)])
        {
            var mapped = new List<MappedPort>();
            foreach (var wish in _wishes)
            {
                if (await mapper.MapAsync(wish, _stop.Token) is { } port)
                {
                    mapped.Add(port);
                }
                else
                {
                    break;
                }
            }

            if (mapped.Count == _wishes.Count)
            {
                _by = mapper;
                return mapped;
            }

            foreach (var port in mapped)
            {
                await mapper.UnmapAsync(port, _stop.Token);
            }
        }

        if (_by is null && !_tried.Task.IsCompleted)
        {
            _log.LogInformation("No router here maps ports (PCP, NAT-PMP, UPnP): switch one of them on in the router, or forward {Ports} by hand", string.Join(", ", _wishes));
        }

        return [];
    }

    private void Tell(IReadOnlyList<MappedPort> mapped)
    {
        if (mapped.Count == 0)
        {
            _log.LogWarning("The router has stopped to map {Ports}: others cannot dial this node until it does again", string.Join(", ", _wishes));
        }

        foreach (var port in mapped)
        {
            _log.LogInformation("The router maps {Outside} to {Wish} by {Protocol}", port.Outside, port.Wish, Protocol);
            if (!NetAddresses.IsPublic(port.Outside.Address))
            {
                _log.LogWarning("{Outside} is not public: there is another NAT before the router, which has to forward the port too", port.Outside);
            }
        }
    }
}
