using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Scoring;

/// <summary>What follows from corrupt media and from proven offences: bans, closed connections, marked keys, and files for people.</summary>
internal sealed class Court(MeshOptions options, ConnectionTable connections, BanList bans, TrustedKeys keys, MeshMetrics metrics, ILogger log)
{
    private const int MostEvidenceFiles = 256;

    /// <summary>Raised for an incident, after the ban.</summary>
    public event Action<IncidentReport>? IncidentSeen;

    /// <summary>Raised for evidence, after what follows from it.</summary>
    public event Action<Offence, Judgement>? EvidenceSeen;

    /// <summary>A node sent corrupt media.</summary>
    public void Convict(Corruption corruption)
    {
        Ban(corruption.Node, "You sent media that the broadcaster did not sign.");
        log.LogWarning(
            "{Node} sent {What} of {Track} window {Window} and is banned for {Minutes} min",
            corruption.Node, corruption.What, corruption.Track, corruption.Window, options.BanFor.TotalMinutes);
        if (corruption.Report is { } report)
        {
            Write("incidents", IncidentFile.Name((ulong)options.Time.GetUtcNow().ToUnixTimeMilliseconds(), report.Node), IncidentFile.Write(options.Domains, report));
            IncidentSeen?.Invoke(report);
        }
    }

    /// <summary>An offence was proven: a relay is banned, a signing key is trusted no longer for its stream.</summary>
    public void Punish(Offence offence, Judgement judgement)
    {
        if (offence is FalseReceipt)
        {
            Ban(judgement.Offender, "You signed a false receipt.");
            log.LogWarning("{Reason} It is banned for {Minutes} min", judgement.Reason, options.BanFor.TotalMinutes);
        }
        else
        {
            keys.Mark(offence.Stream, judgement.Offender);
            log.LogWarning("{Reason} It is trusted no longer for stream {Stream}", judgement.Reason, offence.Stream);
        }

        // Anybody can make true evidence against keys of its own; the disk is not for that.
        if (options.DataDirectory is { } data && (!Directory.Exists(data) || Directory.EnumerateFiles(data, "evidence-*.json").Take(MostEvidenceFiles).Count() < MostEvidenceFiles))
        {
            Write("", EvidenceFile.Name(offence.Time, judgement.Offender), EvidenceFile.Write(options.Domains, offence));
        }

        EvidenceSeen?.Invoke(offence, judgement);
    }

    private void Ban(Address node, string reason)
    {
        bans.Ban(node, options.BanFor);
        metrics.Banned();
        foreach (var peer in connections.All.Where(peer => peer.Node == node))
        {
            peer.Close(GoodbyeCode.Corrupt, reason);
        }
    }

    private void Write(string folder, string name, string text)
    {
        if (options.DataDirectory is not { } data)
        {
            return;
        }

        try
        {
            AtomicFile.Write(Path.Combine(data, folder, name), text);
        }
        catch (MeshException e)
        {
            log.LogWarning("{Cause}", e.Message);
        }
    }
}
