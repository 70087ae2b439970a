namespace DmaKit.Platforms;

/// <summary>
/// Memory that stands between the core and a platform's (<see cref="DmaPlatform.InterposeMemory"/>), and passes everything on unchanged. Derive
/// from it, and change what is to be different.
/// </summary>
/// <param name="inner">What it stands in front of.</param>
public abstract class DomainMemoryDecorator(DomainMemory inner) : DomainMemory
{
    /// <summary>What it stands in front of.</summary>
    protected DomainMemory Inner => inner;

    /// <inheritdoc/>
    public override int PageSize => inner.PageSize;

    /// <inheritdoc/>
    public override bool Translates => inner.Translates;

    /// <inheritdoc/>
    public override DmaConstraints Limits => inner.Limits;

    /// <inheritdoc/>
    public override int MapRegisterCount => inner.MapRegisterCount;

    /// <inheritdoc/>
    public override MapRegisterKind MapRegisterKind => inner.MapRegisterKind;

    /// <inheritdoc/>
    public override bool ChargesCommonBuffers => inner.ChargesCommonBuffers;

    /// <inheritdoc/>
    public override string? Shortage => inner.Shortage;

    /// <inheritdoc/>
    public override int? PointFromPages => inner.PointFromPages;

    /// <inheritdoc/>
    public override bool PointsAnywhere => inner.PointsAnywhere;

    /// <inheritdoc/>
    public override bool TryOpenWindow(in MemoryRun run, LogicalAddress highest, out LogicalAddress window) => inner.TryOpenWindow(run, highest, out window);

    /// <inheritdoc/>
    public override bool TryPoint(LogicalAddress at, nint host, long length, DmaDirection direction) => inner.TryPoint(at, host, length, direction);

    /// <inheritdoc/>
    public override void Unpoint(LogicalAddress at, long length) => inner.Unpoint(at, length);

    /// <inheritdoc/>
    public override bool TryAllocate(in RunRequest request, out MemoryRun run) => inner.TryAllocate(request, out run);

    /// <inheritdoc/>
    public override long LargestRun(in RunRequest request) => inner.LargestRun(request);

    /// <inheritdoc/>
    public override bool Revoke(in MemoryRun run) => inner.Revoke(run);

    /// <inheritdoc/>
    public override void ReleaseHost(in MemoryRun run) => inner.ReleaseHost(run);

    /// <inheritdoc/>
    public override void ReleaseLogical(in MemoryRun run) => inner.ReleaseLogical(run);

    /// <inheritdoc/>
    public override bool TryTranslate(nint host, long length, out LogicalAddress logical, out long contiguous) =>
        inner.TryTranslate(host, length, out logical, out contiguous);
}
