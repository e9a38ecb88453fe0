namespace Aspire.Hosting;

/// <summary>Describes a project of the application; the SDK generates an implementation per project reference.</summary>
public interface IProjectMetadata
{
    /// <summary>Absolute path of the project file.</summary>
    string ProjectPath { get; }
}
